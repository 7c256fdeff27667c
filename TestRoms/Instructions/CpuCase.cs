namespace Dbt.TestRoms.Instructions;

/// <summary>Instructions to execute, and how the state before them differs from <see cref="CpuState.Baseline"/>.</summary>
internal sealed record CpuCase(uint[] Code, (int Index, uint Value)[] Changes)
{
    public uint[] Before()
    {
        uint[] state = [.. CpuState.Baseline];
        foreach ((int index, uint value) in Changes)
            state[index] = value;
        return state;
    }
}

/// <summary>What became of a case: the signal (0: none), the PC, and how the state changed.</summary>
internal sealed record CpuAnswer(int Signal, uint Pc, (int Index, uint Value)[] Changes)
{
    public const int Illegal = 4;
    public const int Trap = 5;
    public const int Arithmetic = 8;
    public const int Bus = 10;
    public const int Segment = 11;

    public bool Equals(CpuAnswer? other) =>
        other is not null && Signal == other.Signal && Pc == other.Pc && Changes.AsSpan().SequenceEqual(other.Changes);

    public override int GetHashCode() => HashCode.Combine(Signal, Pc, Changes.Length);

    public override string ToString()
    {
        string signal = Signal switch { Illegal => "SIGILL", Trap => "SIGTRAP", Arithmetic => "SIGFPE", Bus => "SIGBUS", Segment => "SIGSEGV", _ => "no signal" };
        return $"{signal} at {Pc:x8}: {string.Join(", ", Changes.Select(change => $"{CpuState.Name(change.Index)} = {change.Value:x8}"))}";
    }
}
