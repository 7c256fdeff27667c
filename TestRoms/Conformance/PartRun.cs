using Dbt.Hypervisor;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// A run of a part: what it is asked, what it has tried so far, and what it found. It tells both after each round or
/// program, so that whoever ends it early has the verdict on what was tried until then.
/// </summary>
/// <param name="tell">Hears of each note: what is new.</param>
internal sealed class PartRun(Action<PartRun, IReadOnlyList<string>> tell)
{
    private readonly Lock _lock = new();
    private string _tried = "nothing yet";
    private IReadOnlyList<string> _differences = [];

    /// <summary>The number of the first round: the same number asks the same.</summary>
    public int Seed { get; init; }

    /// <summary>How many rounds.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Under which engine the programs of a guest run; null for several in turn.</summary>
    public Engine? Engine { get; init; }

    /// <summary>Ends it early.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>The numbers of the rounds.</summary>
    public IEnumerable<int> Numbers => Enumerable.Range(Seed, Rounds);

    /// <summary>What was tried so far, and what was not as it should be.</summary>
    public (string Tried, IReadOnlyList<string> Differences) SoFar
    {
        get
        {
            lock (_lock)
                return (_tried, _differences);
        }
    }

    /// <summary>Notes what has been tried from the beginning on, and what was found since the last note.</summary>
    public void Note(string tried, params IReadOnlyList<string> found)
    {
        lock (_lock)
            (_tried, _differences) = (tried, [.. _differences, .. found]);
        tell(this, found);
    }

    /// <summary>Notes what was found, for what had been tried already.</summary>
    public void Find(params IReadOnlyList<string> found) => Note(SoFar.Tried, found);
}
