namespace Dbt.TestRoms.Instructions;

/// <summary>splitmix64: the same numbers from the same name on every machine and runtime.</summary>
internal sealed class SeededRandom
{
    private ulong _state;

    public SeededRandom(string name)
    {
        foreach (char letter in name)
            _state = (_state ^ letter) * 0x100_0000_01b3;
    }

    public uint Word() => (uint)(Next() >> 32);

    public int Below(int limit) => (int)(Word() % (uint)limit);

    public T Pick<T>(IReadOnlyList<T> values) => values[Below(values.Count)];

    private ulong Next()
    {
        ulong z = _state += 0x9e37_79b9_7f4a_7c15;
        z = (z ^ z >> 30) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ z >> 27) * 0x94d0_49bb_1331_11eb;
        return z ^ z >> 31;
    }
}
