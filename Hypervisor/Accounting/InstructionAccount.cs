using Dbt.Runtime.Execution;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;
using Dbt.Runtime.Translation;

namespace Dbt.Hypervisor.Accounting;

/// <summary>Instructions retired, by who retired them.</summary>
/// <param name="Interpreted">By the interpreter, or by the hypervisor for it.</param>
/// <param name="Threaded">By threaded code.</param>
/// <param name="Translated">By translated code.</param>
/// <param name="Polled">By skipping iterations of polling loops, their result being known.</param>
public readonly record struct RetiredInstructions(long Interpreted, long Threaded, long Translated, long Polled)
{
    /// <summary>All of them.</summary>
    public long Total => Interpreted + Threaded + Translated + Polled;

    /// <summary>Both together.</summary>
    public static RetiredInstructions operator +(RetiredInstructions a, RetiredInstructions b) =>
        new(a.Interpreted + b.Interpreted, a.Threaded + b.Threaded, a.Translated + b.Translated, a.Polled + b.Polled);

    /// <summary>What came after <paramref name="b"/>.</summary>
    public static RetiredInstructions operator -(RetiredInstructions a, RetiredInstructions b) =>
        new(a.Interpreted - b.Interpreted, a.Threaded - b.Threaded, a.Translated - b.Translated, a.Polled - b.Polled);
}

/// <summary>
/// Tells the instructions of kernel mode from those of user mode. Modes change at exits only, so the engines' own
/// counters are looked at there and nothing is counted in between.
/// </summary>
/// <param name="time">Counts what is retired.</param>
/// <param name="translation">What the translating engine did; null for an engine that does not translate.</param>
/// <param name="poll">What was skipped.</param>
public sealed class InstructionAccount(
    InstructionClock time, TranslationStatistics? translation, PollLoop poll) : IHasState
{
    // In user mode, less what there had been when it began. Fields of their own: modes change by the million.
    private long _retired, _threaded, _translated, _polled;
    private bool _isUser;

    // What was retired before this machine was given its state, whatever engine it was.
    private RetiredInstructions _before;

    /// <summary>All instructions since power-on.</summary>
    public RetiredInstructions All
    {
        get
        {
            long threaded = translation?.Threaded ?? 0, translated = translation?.Translated ?? 0;
            long interpreted = time.Retired - _before.Total - threaded - translated - poll.Skipped;
            return _before + new RetiredInstructions(interpreted, threaded, translated, poll.Skipped);
        }
    }

    /// <summary>Those of user mode.</summary>
    public RetiredInstructions User
    {
        get
        {
            var user =
                new RetiredInstructions(_retired - _threaded - _translated - _polled, _threaded, _translated, _polled);
            return _isUser ? user + All : user;
        }
    }

    /// <summary>Those of the other modes.</summary>
    public RetiredInstructions Kernel => All - User;

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        RetiredInstructions all = walk.Value("all", All);
        if (walk.IsReading)
            _before = all;
        walk.Value("is user", ref _isUser);
        walk.Value("retired by user", ref _retired);
        walk.Value("threaded by user", ref _threaded);
        walk.Value("translated by user", ref _translated);
        walk.Value("polled by user", ref _polled);
    }

    /// <summary>The mode has changed while translated code ran, for all that is known until now.</summary>
    /// <param name="net">How often more from user mode than to it: 1, 0 or −1.</param>
    /// <param name="budgets">The sum of the budgets then: those on the way to user mode negative.</param>
    /// <param name="budget">The budget now.</param>
    public void Switched(long net, long budgets, long budget)
    {
        // What is retired goes up as the budget goes down.
        _retired += net * (time.Retired + budget) - budgets;
        _polled += net * poll.Skipped;
        _threaded += net * (translation?.Threaded ?? 0);
        _translated += net * ((translation?.Translated ?? 0) + budget) - budgets;
        if (net != 0)
            _isUser = net < 0;
    }

    /// <summary>The mode may have changed.</summary>
    public void Switch(bool toUser)
    {
        // As of now: what is retired needs no budget to be told from.
        if (toUser != _isUser)
            Switched(net: toUser ? -1 : 1, budgets: 0, budget: 0);
    }
}
