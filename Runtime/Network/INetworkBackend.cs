using Dbt.Runtime.State;

namespace Dbt.Runtime.Network;

/// <summary>
/// What a network card's cable leads to. All but <see cref="Arrived"/> is of the machine's thread; whatever the outside
/// does by itself happens on threads of its own, and waits until it is asked for.
/// </summary>
/// <remarks>A frame is all from the destination's address on, without the check sequence.</remarks>
public interface INetworkBackend : IDisposable, IHasState
{
    /// <summary>
    /// Whether somebody is at the other end who lives in the host's time: what a guest idles is then waited for.
    /// </summary>
    bool LivesInHostTime { get; }

    /// <summary>
    /// When the next frame enters, in nanoseconds of the machine's time; <see cref="long.MaxValue"/> where nobody
    /// knows.
    /// </summary>
    long NextDue => long.MaxValue;

    /// <summary>Whether a frame waits to be asked for that has no time of the machine's.</summary>
    bool IsWaiting => false;

    /// <summary>Something has arrived: the machine may be asleep. Raised on any thread.</summary>
    event Action? Arrived;

    /// <summary>Takes a frame that the card sends; it is the caller's again afterwards.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="now">The machine's time, in nanoseconds.</param>
    void Send(ReadOnlySpan<byte> frame, long now);

    /// <summary>The next frame for the card.</summary>
    /// <param name="now">The machine's time, in nanoseconds.</param>
    /// <returns>The frame; null if there is none now.</returns>
    byte[]? Receive(long now);

    /// <inheritdoc/>
    /// <remarks>Where somebody lives in the host's time, nothing is saved: nor is what he does meanwhile.</remarks>
    void IHasState.Walk(StateWalk walk) { }
}
