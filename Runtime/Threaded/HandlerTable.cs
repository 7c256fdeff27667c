using System.Collections.Concurrent;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;

namespace Dbt.Runtime.Threaded;

/// <summary>
/// The handlers of threaded code, one for each row of the instruction table and each choice of operands it takes from
/// the one before, compiled when first needed. They keep nothing of a guest: machines of one kind share them, on
/// whichever threads they run.
/// </summary>
public sealed class HandlerTable
{
    private const int Choices = (int)(Forwarded.S | Forwarded.T) + 1;

    private static readonly ConcurrentDictionary<(StateLayout Layout, bool IsBigEndian), HandlerTable> s_tables = [];

    private readonly StateLayout _layout;
    private readonly bool _isBigEndian;
    private readonly Lock _lock = new();
    private readonly Dictionary<(HandlerPart First, HandlerPart Second), nint> _pairs = [];
    private readonly Dictionary<HandlerPart, nint> _lists = [];
    private readonly Dictionary<(int Kind, bool IsPageReversed), nint> _patched = [];
    private readonly List<DynamicMethod> _methods = [];

    // As long as the rows of words, until a half word comes.
    private nint[] _handlers = new nint[InstructionSet.Rows.Count * Choices];
    private bool[] _writes = new bool[InstructionSet.Rows.Count];

    // Asked at exits, without the lock: replaced, never changed.
    private volatile nint[] _patchedHandlers = [];

    private HandlerTable(StateLayout layout, bool isBigEndian) => (_layout, _isBigEndian) = (layout, isBigEndian);

    /// <summary>The handlers of the machines that hold guests alike.</summary>
    /// <param name="layout">Where the handlers find the guest.</param>
    /// <param name="isBigEndian">Whether the guest's memory is big-endian.</param>
    public static HandlerTable For(StateLayout layout, bool isBigEndian) =>
        s_tables.GetOrAdd((layout, isBigEndian), kind => new HandlerTable(kind.Layout, kind.IsBigEndian));

    /// <summary>The function pointer of the handler of one instruction.</summary>
    public nint this[HandlerPart part]
    {
        get
        {
            lock (_lock)
            {
                if (part.Row >= _writes.Length)
                    MakeRoomForHalfWords();
                ref nint handler = ref part.List != 0
                    ? ref CollectionsMarshal.GetValueRefOrAddDefault(_lists, part, out _)
                    : ref _handlers[part.Row * Choices + (int)part.Forwarded];
                if (handler == 0)
                    (handler, _writes[part.Row]) = Compile(part);
                return handler;
            }
        }
    }

    /// <summary>The function pointer of the handler of two instructions that follow each other.</summary>
    public nint Pair(HandlerPart first, HandlerPart second)
    {
        lock (_lock)
        {
            if (!_pairs.TryGetValue((first, second), out nint handler))
                _pairs[(first, second)] = handler = Compile(first, second).Handler;
            return handler;
        }
    }

    /// <summary>The function pointer of the handler of a patched instruction: that of its kind.</summary>
    public nint this[Patch patch]
    {
        get
        {
            lock (_lock)
            {
                (int, bool) kind = (patch.Kind, patch.IsPageReversed);
                if (_patched.TryGetValue(kind, out nint handler))
                    return handler;
                DynamicMethod method = MethodOf($"handler_patched_{patch.Kind}");
                HandlerCompiler.Compile(patch, method.GetILGenerator(), _layout);
                _patched[kind] = handler = BackgroundCompiler.Prepare(method);
                _patchedHandlers = [.. _patched.Values];
                return handler;
            }
        }
    }

    /// <summary>Whether a handler is one of patched instructions.</summary>
    public bool IsPatched(nint handler) => _patchedHandlers.AsSpan().Contains(handler);

    /// <summary>Whether a row's handlers, of which there is one already, hand on another value than they got.</summary>
    public bool Writes(int row) => _writes[row];

    private void MakeRoomForHalfWords()
    {
        int rows = InstructionSet.AllRows.Count;
        Array.Resize(ref _handlers, rows * Choices);
        Array.Resize(ref _writes, rows);
    }

    private (nint Handler, bool Writes) Compile(params ReadOnlySpan<HandlerPart> parts)
    {
        string name = "handler";
        foreach (HandlerPart part in parts)
            name += $"_{InstructionSet.RowAt(part.Row).Name}_{(int)part.Forwarded}";
        DynamicMethod method = MethodOf(name);
        bool writes = HandlerCompiler.Compile(parts, method.GetILGenerator(), _layout, _isBigEndian);
        return (BackgroundCompiler.Prepare(method), writes);
    }

    private DynamicMethod MethodOf(string name)
    {
        Type[] parameters = [typeof(nint), typeof(nint), typeof(int)];
        var method = new DynamicMethod(
            name, typeof(nint), parameters, typeof(HandlerTable).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        _methods.Add(method);
        return method;
    }
}
