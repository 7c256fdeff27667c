using System.Collections.Concurrent;
using Dbt.Runtime.Network;

namespace Dbt.Tool.Network;

/// <summary>
/// A network at whose other end somebody lives in the host's time: frames for the machine are brought by threads of the
/// host's, and wait here. What the machine does not take in time is lost, as on any network.
/// </summary>
internal abstract class LiveNetwork : INetworkBackend
{
    private const int Most = 1024;

    private readonly ConcurrentQueue<byte[]> _toGuest = new();

    /// <inheritdoc/>
    public bool LivesInHostTime => true;

    /// <inheritdoc/>
    public bool IsWaiting => !_toGuest.IsEmpty;

    /// <inheritdoc/>
    public event Action? Arrived;

    /// <inheritdoc/>
    public abstract void Send(ReadOnlySpan<byte> frame, long now);

    /// <inheritdoc/>
    public byte[]? Receive(long now) => _toGuest.TryDequeue(out byte[]? frame) ? frame : null;

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Brings a frame; to be called on any thread.</summary>
    protected void Deliver(byte[] frame)
    {
        if (_toGuest.Count >= Most)
            return;
        _toGuest.Enqueue(frame);
        Arrived?.Invoke();
    }
}
