namespace Dbt.Runtime.Execution;

/// <summary>
/// A computed jump or call, and where it has led of late. Several may share one, and take it from each other.
/// </summary>
public unsafe struct ComputedJump
{
    /// <summary>log2 of how many there are.</summary>
    public const int TableBits = 12;

    private const int MostTargets = 4;

    // Fewer may be chance.
    private const int Often = 16;

    private fixed uint _targets[MostTargets];
    private uint _behind;
    private int _count;
    private int _again;

    /// <summary>Index of the one for a jump, by the address behind it and its delay slot.</summary>
    public static int IndexOf(uint behind) => (int)((behind >> 2 ^ behind >> 14) & (1 << TableBits) - 1);

    /// <summary>Notes where it leads.</summary>
    public void Note(uint behind, uint target)
    {
        if (_behind != behind)
            (_behind, _count, _again) = (behind, 0, 0);
        for (int i = 0; i < _count; i++)
        {
            if (_targets[i] == target)
            {
                _again++;
                return;
            }
        }
        if (_count == MostTargets)
            _count = 0;
        _targets[_count++] = target;
        _again = 0;
    }

    /// <summary>The few places that it has led to of late; none if it leads to many, or nobody knows.</summary>
    public uint[] Targets(uint behind)
    {
        if (_behind != behind || _again < Often)
            return [];
        fixed (uint* targets = _targets)
            return new Span<uint>(targets, _count).ToArray();
    }
}
