using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Dbt.Runtime.State;

/// <summary>
/// Goes through all that a machine holds, each piece under a name. <see cref="StateWriter"/>, <see cref="StateReader"/>
/// and
/// <see cref="StateLister"/> say what is done with it; the order of the pieces, their names and their sizes are the
/// same in all.
/// </summary>
public abstract class StateWalk
{
    private readonly Stack<string> _parts = [];

    /// <summary>Whether the pieces are being given their values, rather than asked for them.</summary>
    public abstract bool IsReading { get; }

    /// <summary>A number, a truth value, an enumeration, or a structure of such; no pointer is one.</summary>
    public void Value<T>(string name, ref T value) where T : unmanaged =>
        Item(name, Unsafe.SizeOf<T>(), MemoryMarshal.AsBytes(new Span<T>(ref value)));

    /// <summary>The same for a property.</summary>
    /// <returns>What it is to hold from now on.</returns>
    public T Value<T>(string name, T value) where T : unmanaged
    {
        Value(name, ref value);
        return value;
    }

    /// <summary>An array whose length never changes.</summary>
    public void Array<T>(string name, Span<T> values) where T : unmanaged =>
        Item(name, Unsafe.SizeOf<T>(), MemoryMarshal.AsBytes(values));

    /// <summary>A list whose length changes.</summary>
    /// <returns>What it is to hold from now on.</returns>
    public T[] Sequence<T>(string name, ReadOnlySpan<T> values) where T : unmanaged
    {
        const int MostBytes = 1 << 30;
        int length = Value(name + " length", values.Length);
        if ((uint)length > MostBytes / (uint)Unsafe.SizeOf<T>())
            Refuse($"'{PathOf(name)}' is too long");
        T[] all = new T[length];
        if (!IsReading)
            values.CopyTo(all);
        Array(name, all.AsSpan());
        return all;
    }

    /// <summary>Memory that is mostly zeros: only the pages that are not.</summary>
    public void Memory(string name, Span<byte> bytes)
    {
        const int Page = 4096;
        List<int> used = [];
        for (int offset = 0; offset < bytes.Length && !IsReading; offset += Page)
        {
            if (bytes.Slice(offset, Page).ContainsAnyExcept((byte)0))
                used.Add(offset);
        }
        int[] offsets = Sequence<int>(name + " pages", used.ToArray());
        if (IsReading)
            bytes.Clear();
        foreach (int offset in offsets)
            Array($"{name} {offset:x}", bytes.Slice(offset, Page));
    }

    /// <summary>A first-in first-out queue.</summary>
    public void Queue<T>(string name, Queue<T> values) where T : unmanaged
    {
        T[] all = Sequence<T>(name, values.ToArray());
        if (!IsReading)
            return;
        values.Clear();
        foreach (T value in all)
            values.Enqueue(value);
    }

    /// <summary>
    /// What a machine is built with and never changes: a state is only for machines that have the same.
    /// </summary>
    public void Constant<T>(string name, T value) where T : unmanaged
    {
        T saved = Value(name, value);
        if (!EqualityComparer<T>.Default.Equals(saved, value))
            Refuse($"its {PathOf(name)} is {saved}, this machine's is {value}");
    }

    /// <summary>A part that holds something itself.</summary>
    public void Part(string name, IHasState part)
    {
        Begin(name);
        _parts.Push(name);
        part.Walk(this);
        _parts.Pop();
        End(name);
    }

    /// <summary>
    /// A part that only some machines have, and that others do without: what was saved of it is then dropped.
    /// </summary>
    public void Optional(string name, IHasState? part)
    {
        bool saved = Value(name + " is kept", part is not null);
        if (saved && part is null)
            Skip(name);
        else if (saved)
            Part(name, part!);
    }

    /// <summary>Some bytes under a name.</summary>
    /// <param name="name">The name, in its part.</param>
    /// <param name="size">Bytes of an element.</param>
    /// <param name="bytes">All of them.</param>
    protected abstract void Item(string name, int size, Span<byte> bytes);

    /// <summary>A part begins.</summary>
    protected abstract void Begin(string name);

    /// <summary>The part that began last ends.</summary>
    protected abstract void End(string name);

    /// <summary>Passes over a part that this machine has not.</summary>
    protected virtual void Skip(string name) => throw new InvalidOperationException($"there is no {name}");

    /// <summary>The name of a piece with those of the parts it is in.</summary>
    protected string PathOf(string name) => string.Join('/', _parts.Reverse().Append(name));

    /// <summary>Ends a walk that cannot go on.</summary>
    /// <exception cref="GuestSetupException">Always.</exception>
    [DoesNotReturn]
    protected static void Refuse(string why) =>
        throw new GuestSetupException($"the saved state does not fit this machine: {why}");
}
