using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// Count and Compare: a counter at half the processor's nominal clock, and the interrupt when they meet (MD00090,
/// "Count", "Compare").
/// </summary>
public sealed class CpuTimer : IHasState
{
    private readonly Clock _clock;
    private readonly long _period;
    private readonly ClockEvent _match;
    private readonly CpuTimer? _root;
    private uint _bias;
    private uint _frozenAt;
    private uint _compare;
    private bool _frozen;

    /// <summary>A timer that runs.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="period">Nanoseconds between two counts.</param>
    /// <param name="expired">Called when Count reaches Compare.</param>
    /// <param name="root">Of a guest, the timer that its Count is that of, at an offset; else null.</param>
    public CpuTimer(Clock clock, int period, Action expired, CpuTimer? root = null)
    {
        (_clock, _period, _root) = (clock, period, root);
        if (root is not null)
            root.Changed += Schedule;
        _match = clock.CreateEvent("Count = Compare", () =>
        {
            expired();
            Schedule();
        });
        Schedule();
    }

    /// <summary>Count does not go on as it did: those that follow it have to look when they meet Compare.</summary>
    private event Action? Changed;

    /// <summary>Count, now.</summary>
    public uint Count
    {
        get
        {
            if (_root is not null)
                return _root.Count + _bias;
            return _frozen ? _frozenAt : Ticks(_clock.Now) + _bias;
        }
        set
        {
            _frozenAt = value;
            _bias = value - Ticks(_clock.Now);
            Schedule();
            Changed?.Invoke();
        }
    }

    /// <summary>Of a guest's timer, how far Count is before its root's (GTOffset).</summary>
    public uint Offset
    {
        get => _bias;
        set
        {
            if (_bias == value)
                return;
            _bias = value;
            Schedule();
        }
    }

    /// <summary>Compare. Writing it does not clear the interrupt; that is Cause's.</summary>
    public uint Compare
    {
        get => _compare;
        set
        {
            _compare = value;
            Schedule();
        }
    }

    /// <summary>Whether Count stands still (Cause.DC).</summary>
    public bool Frozen
    {
        get => _frozen;
        set
        {
            if (_frozen == value)
                return;
            uint count = Count;
            _frozen = value;
            Count = count;
        }
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("match", _match);
        walk.Value("bias", ref _bias);
        walk.Value("frozen at", ref _frozenAt);
        walk.Value("compare", ref _compare);
        walk.Value("frozen", ref _frozen);
    }

    private uint Ticks(long now) => (uint)(now / _period);

    private bool StandsStill => _root?._frozen ?? _frozen;

    private void Schedule()
    {
        if (StandsStill)
        {
            _match.Cancel();
            return;
        }
        // Equal now means a whole turn from now: it is reaching the value that counts.
        uint distance = _compare - Count;
        long turn = distance == 0 ? 1L << 32 : distance;
        _match.At((_clock.Now / _period + turn) * _period);
    }
}
