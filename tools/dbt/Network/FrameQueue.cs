using System.Collections.Concurrent;

namespace Dbt.Tool.Network;

/// <summary>
/// Frames on their way from a thread of the host's to the machine's. What the machine does not take in time is lost, as
/// on any network.
/// </summary>
internal sealed class FrameQueue
{
    private const int Most = 1024;

    private readonly ConcurrentQueue<byte[]> _frames = new();

    /// <summary>A frame has come. Raised on the thread that brought it.</summary>
    public event Action? Arrived;

    /// <summary>Whether there is room for more.</summary>
    public bool HasRoom => _frames.Count < Most;

    /// <summary>Puts a frame in.</summary>
    public void Add(byte[] frame)
    {
        if (!HasRoom)
            return;
        _frames.Enqueue(frame);
        Arrived?.Invoke();
    }

    /// <summary>Takes the next; null if there is none.</summary>
    public byte[]? Take() => _frames.TryDequeue(out byte[]? frame) ? frame : null;
}
