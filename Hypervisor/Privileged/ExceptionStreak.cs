using Dbt.Runtime.Execution;

namespace Dbt.Hypervisor.Privileged;

/// <summary>An exception, and the unit that took it.</summary>
/// <param name="Exception">Which.</param>
/// <param name="Pc">Address of the unit.</param>
public readonly record struct TakenException(GuestException Exception, uint Pc);

/// <summary>
/// Exceptions that lead to each other and nowhere else: those within a handler that is never left, and those that a
/// handler leaves to the same one again, whatever interrupts come between.
/// </summary>
public sealed unsafe class ExceptionStreak
{
    // A handler may take one or two on its way (a refill for a page table), but then it goes on.
    private const int Endless = 3;

    private const int K0 = 26, K1 = 27;

    // Those that are not the handlers' own, and HI and LO.
    private readonly ulong[] _low = new ulong[K0], _high = new ulong[31 - K1];
    private (ulong Hi, ulong Lo) _product;

    /// <summary>How many there have been, interrupts too.</summary>
    public long Taken { get; private set; }

    /// <summary>How many have been taken that did not repeat the one before: the latest streak's number.</summary>
    public long Begun { get; private set; }

    /// <summary>The exception or interrupt that began it, outside of any handler.</summary>
    public TakenException First { get; private set; }

    /// <summary>The latest.</summary>
    public TakenException Last { get; private set; }

    /// <summary>How many have been taken within the handler of the first.</summary>
    public long Nested { get; private set; }

    /// <summary>The latest exception outside of any handler that was no interrupt.</summary>
    public TakenException Outer { get; private set; }

    /// <summary>How often it was taken again at once, with the same registers.</summary>
    public long Repeated { get; private set; }

    /// <summary>Whether the handler of the first looks as if it will never be left.</summary>
    public bool IsNested => Nested >= Endless;

    /// <summary>Whether the same one looks as if it will always come back.</summary>
    public bool IsRepeated => Repeated >= Endless;

    /// <summary>An exception is taken.</summary>
    /// <param name="state">The guest, before that.</param>
    /// <param name="exception">Which.</param>
    /// <param name="nested">Whether within a handler: Status.EXL is set.</param>
    internal void Note(GuestState* state, in GuestException exception, bool nested)
    {
        Taken++;
        Last = new TakenException(exception, (uint)state->Pc);
        if (!nested || First == default)
            First = Last;
        Nested = nested ? Nested + 1 : 0;
        if (nested || exception.Code == ExceptionCode.Interrupt)
            return;
        bool repeats = First == Outer && IsAsItWas(state);
        Repeated = repeats ? Repeated + 1 : 0;
        if (repeats)
            return;
        Begun++;
        Outer = First;
        Low(state).CopyTo(_low);
        High(state).CopyTo(_high);
        _product = (state->Hi, state->Lo);
    }

    private bool IsAsItWas(GuestState* state) =>
        _product == (state->Hi, state->Lo) && Low(state).SequenceEqual(_low) && High(state).SequenceEqual(_high);

    private static ReadOnlySpan<ulong> Low(GuestState* state) => new(state->Gpr, K0);

    private static ReadOnlySpan<ulong> High(GuestState* state) => new(state->Gpr + K1 + 1, 31 - K1);
}
