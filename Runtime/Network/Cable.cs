using Dbt.Runtime.State;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Network;

/// <summary>Which way a frame went.</summary>
public enum FrameDirection
{
    /// <summary>Into the machine.</summary>
    In,

    /// <summary>Out of it.</summary>
    Out,
}

/// <summary>
/// Connects a card with what is outside. Frames enter where the machine's thread lets them, between two grants of
/// instructions: that is what makes the place of each known, and a run with a network one that can be repeated.
/// </summary>
public sealed class Cable : IDisposable, IHasState
{
    private readonly Clock _clock;
    private readonly EthernetPort _port;
    private readonly INetworkBackend _backend;
    private readonly ClockEvent _due;

    /// <summary>Plugs a cable in.</summary>
    /// <param name="clock">The machine's time.</param>
    /// <param name="port">The card's end.</param>
    /// <param name="backend">The other; it ends with the cable.</param>
    /// <param name="arrived">Told, on any thread, that something waits to come in.</param>
    public Cable(Clock clock, EthernetPort port, INetworkBackend backend, Action arrived)
    {
        (_clock, _port, _backend) = (clock, port, backend);
        _due = clock.CreateEvent("network", Carry);
        _due.At(backend.NextDue);
        port.Sent += Send;
        backend.Arrived += arrived;
    }

    /// <summary>Whether somebody lives in the host's time at the other end.</summary>
    public bool LivesInHostTime => _backend.LivesInHostTime;

    /// <summary>A frame enters or leaves the machine.</summary>
    public event Action<FrameDirection, ReadOnlyMemory<byte>>? Carried;

    /// <summary>Lets in what has come, as far as there is room for it.</summary>
    public void Carry()
    {
        while (_port.HasRoom && _backend.Receive(_clock.Now) is { } frame)
        {
            Carried?.Invoke(FrameDirection.In, frame);
            _port.Receive(frame);
        }
        if (_due.Due != _backend.NextDue)
            _due.At(_backend.NextDue);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("due", _due);
        walk.Part("backend", _backend);
    }

    /// <inheritdoc/>
    public void Dispose() => _backend.Dispose();

    private void Send(ReadOnlyMemory<byte> frame)
    {
        Carried?.Invoke(FrameDirection.Out, frame);
        _backend.Send(frame.Span, _clock.Now);
        // What is answered at once enters at once, and not when the grant is over.
        if (_backend.IsWaiting && _port.HasRoom)
            _due.At(_clock.Now);
    }
}
