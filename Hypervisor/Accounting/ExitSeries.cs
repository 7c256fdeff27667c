using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Hypervisor.Accounting;

/// <summary>
/// Counts exits over the guest's time: by slices of equally many instructions, as few as <see cref="MostSlices"/>
/// allow. When the guest has outrun them, two become one.
/// </summary>
/// <param name="time">Which instruction an exit falls on.</param>
public sealed class ExitSeries(InstructionClock time) : IHasState
{
    /// <summary>
    /// How many slices there can be; once they have run out, there are always more than half of them.
    /// </summary>
    public const int MostSlices = 128;

    private static readonly int s_counters = Enum.GetValues<ExitCounter>().Length;

    private readonly long[] _counts = new long[s_counters * MostSlices];
    private int _shift = 8;
    private long _now;

    /// <summary>How long a slice is, in instructions: a power of two.</summary>
    public long InstructionsPerSlice => 1L << _shift;

    /// <summary>A reason's exits in each slice up to that of the last exit of all.</summary>
    public ReadOnlySpan<long> Of(ExitCounter counter) =>
        _counts.AsSpan((int)counter * MostSlices, (int)(_now >> _shift) + 1);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Array<long>("counts", _counts);
        walk.Value("shift", ref _shift);
        walk.Value("now", ref _now);
    }

    /// <summary>Counts one, now.</summary>
    internal void Count(ExitCounter counter)
    {
        GoOn();
        At(counter, _now)++;
    }

    /// <summary>Counts several that were spread evenly over the last <paramref name="instructions"/>.</summary>
    internal void Add(ExitCounter counter, long exits, long instructions)
    {
        GoOn();
        long began = _now - instructions, counted = 0;
        for (long slice = began; slice < _now;)
        {
            long end = Math.Min((slice | InstructionsPerSlice - 1) + 1, _now);
            long before = (long)((Int128)exits * (end - began) / instructions);
            At(counter, slice) += before - counted;
            (slice, counted) = (end, before);
        }
    }

    private ref long At(ExitCounter counter, long instruction) =>
        ref _counts[(int)counter * MostSlices + (int)(instruction >> _shift)];

    private void GoOn()
    {
        _now = time.Retired;
        for (; _now >> _shift >= MostSlices; _shift++)
        {
            for (int first = 0; first < _counts.Length; first += MostSlices)
            {
                Span<long> slices = _counts.AsSpan(first, MostSlices);
                for (int i = 0; i < MostSlices / 2; i++)
                    slices[i] = slices[2 * i] + slices[2 * i + 1];
                slices[(MostSlices / 2)..].Clear();
            }
        }
    }
}
