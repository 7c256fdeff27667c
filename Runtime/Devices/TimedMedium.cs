using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A drive's medium and its buffer, one piece of work at a time: it takes time of the machine's, the same in every run,
/// however long the host takes. Where the machine's time is the host's, it takes as long as the host does.
/// </summary>
internal sealed class TimedMedium : IHasState
{
    private const int SmallBytes = 8 << 10;
    private const long HostLookNanoseconds = 50_000;

    private readonly DriveMedium _medium;
    private readonly Clock _clock;
    private readonly bool _livesInHostTime;
    private readonly ClockEvent _event;
    private readonly byte[] _buffer;
    private readonly Action<MediumOperation, bool> _done;
    private MediumOperation _operation;
    private long _offset;
    private int _bytes;

    /// <summary>Creates one.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="medium">What is worked on.</param>
    /// <param name="clock">The machine's time, and whether it is the host's.</param>
    /// <param name="bufferBytes">Bytes of the buffer, in whole pages: the most that is moved at a time.</param>
    /// <param name="done">Told which work is over, and whether the medium could do it.</param>
    public TimedMedium(
        string name, DriveMedium medium, (Clock Time, bool IsHosts) clock, int bufferBytes,
        Action<MediumOperation, bool> done)
    {
        (_medium, _clock, _livesInHostTime, _done) = (medium, clock.Time, clock.IsHosts, done);
        _buffer = new byte[bufferBytes];
        _event = _clock.CreateEvent(name, WorkIsDue, endsWork: true);
    }

    /// <summary>What is moved to and from the medium; the host's while work goes on.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Whether work goes on.</summary>
    public bool IsWorking => _operation != MediumOperation.None;

    /// <summary>When it is due, in nanoseconds.</summary>
    public long Due => _event.Due;

    /// <summary>
    /// Begins. What is small is done when it is due, the rest meanwhile, on a thread of the host's.
    /// </summary>
    /// <param name="operation">What.</param>
    /// <param name="offset">From which byte of the medium on.</param>
    /// <param name="bytes">How many bytes of the buffer.</param>
    /// <param name="nanoseconds">How long it takes.</param>
    public void Begin(MediumOperation operation, long offset, int bytes, long nanoseconds)
    {
        (_operation, _offset, _bytes) = (operation, offset, bytes);
        _event.At(_clock.Now + nanoseconds);
        if (operation == MediumOperation.Flush || bytes > SmallBytes)
            _medium.Begin(new MediumWork(operation, offset, bytes), _buffer);
    }

    /// <summary>What goes on comes to no end.</summary>
    public void Abandon()
    {
        _medium.Abandon();
        _event.Cancel();
        _operation = MediumOperation.None;
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("medium", _medium);
        walk.Part("event", _event);
        walk.Value("operation", ref _operation);
        walk.Value("offset", ref _offset);
        walk.Value("bytes", ref _bytes);
        walk.Memory("buffer", _buffer);
    }

    private void WorkIsDue()
    {
        if (_livesInHostTime && !_medium.IsIdle)
        {
            _event.At(_clock.Now + HostLookNanoseconds);
            return;
        }
        MediumOperation operation = _operation;
        bool succeeded = _medium.Finish(new MediumWork(operation, _offset, _bytes), _buffer);
        _operation = MediumOperation.None;
        _done(operation, succeeded);
    }
}
