using Dbt.Runtime.Network;
using Dbt.Runtime.State;

namespace Dbt.Tool.Network;

/// <summary>
/// The outside of an earlier run: its frames enter again when they did then. The machine, the same otherwise, does what
/// it did, and so nobody has to listen to what it sends.
/// </summary>
/// <param name="frames">The frames for one card, in the order of their times.</param>
internal sealed class CapturedFrames(IReadOnlyList<CapturedFrame> frames) : INetworkBackend
{
    private int _next;

    /// <inheritdoc/>
    public bool LivesInHostTime => false;

    /// <inheritdoc/>
    public long NextDue => _next < frames.Count ? frames[_next].Time : long.MaxValue;

    /// <inheritdoc/>
    public event Action? Arrived
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> frame, long now) { }

    /// <inheritdoc/>
    public byte[]? Receive(long now) => NextDue <= now ? frames[_next++].Bytes : null;

    /// <inheritdoc/>
    public void Walk(StateWalk walk) => walk.Value("next", ref _next);

    /// <inheritdoc/>
    public void Dispose() { }
}
