using System.Reflection.Emit;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Threaded;

/// <summary>
/// The handlers of threaded code, one for each row of the instruction table and each choice of operands it takes from the one before, compiled
/// when first needed.
/// </summary>
/// <param name="layout">Where the handlers find the guest.</param>
public sealed class HandlerTable(StateLayout layout)
{
    private const int Choices = (int)(Forwarded.S | Forwarded.T) + 1;

    private readonly nint[] _handlers = new nint[InstructionSet.Rows.Count * Choices];
    private readonly bool[] _writes = new bool[InstructionSet.Rows.Count];
    private readonly List<DynamicMethod> _methods = [];

    /// <summary>The function pointer of a row's handler that takes these operands from the one before.</summary>
    public nint this[int row, Forwarded forwarded] =>
        _handlers[row * Choices + (int)forwarded] is var handler and not 0 ? handler : _handlers[row * Choices + (int)forwarded] = Compile(row, forwarded);

    /// <summary>Whether a row's handlers, of which there is one already, hand on another value than they got.</summary>
    public bool Writes(int row) => _writes[row];

    private nint Compile(int row, Forwarded forwarded)
    {
        var method = new DynamicMethod($"handler_{InstructionSet.Rows[row].Name}_{(int)forwarded}", typeof(nint), [typeof(nint), typeof(nint), typeof(int)], typeof(HandlerTable).Module, skipVisibility: true) { InitLocals = false };
        _writes[row] = HandlerCompiler.Compile(row, forwarded, method.GetILGenerator(), layout);
        _methods.Add(method);
        return BackgroundCompiler.Prepare(method);
    }
}
