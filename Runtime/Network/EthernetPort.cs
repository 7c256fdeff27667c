using Dbt.Runtime.State;

namespace Dbt.Runtime.Network;

/// <summary>
/// A card's socket: frames that have come into the machine wait here until the card has room, so that none is lost.
/// </summary>
/// <param name="address">The card's address, as its maker gave it.</param>
/// <param name="linkUp">Whether a cable is in.</param>
public sealed class EthernetPort(MacAddress address, bool linkUp = true) : IHasState
{
    /// <summary>The longest frame on an Ethernet with a tag: without its check sequence.</summary>
    public const int LongestFrame = 1518;

    private const int MostWaiting = 64;

    private readonly Queue<byte[]> _waiting = new();
    private bool _linkUp = linkUp;

    /// <summary>The card's address, as its maker gave it.</summary>
    public MacAddress Address => address;

    /// <summary>Whether another frame may be put in.</summary>
    public bool HasRoom => _waiting.Count < MostWaiting;

    /// <summary>Whether frames wait for the card.</summary>
    public bool IsWaiting => _waiting.Count > 0;

    /// <summary>Whether a cable is in, and somebody at its other end.</summary>
    public bool LinkUp
    {
        get => _linkUp;
        set
        {
            if (value == _linkUp)
                return;
            _linkUp = value;
            LinkChanged?.Invoke();
        }
    }

    /// <summary>The cable was put in, or pulled.</summary>
    public event Action? LinkChanged;

    /// <summary>A frame leaves; it is the card's again afterwards.</summary>
    public event Action<ReadOnlyMemory<byte>>? Sent;

    /// <summary>
    /// Takes a frame into the card, or drops it if it is not for it; false if the card has no room for it now.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, bool>? Accept { get; set; }

    /// <summary>
    /// Lets a frame in from outside; call it from the machine's thread, and only where there is room.
    /// </summary>
    public void Receive(byte[] frame)
    {
        if (!_linkUp || frame.Length is 0 or > LongestFrame)
            return;
        _waiting.Enqueue(frame);
        if (_waiting.Count == 1)
            Offer();
    }

    /// <summary>For the card: it may have room again.</summary>
    public void Offer()
    {
        while (_waiting.TryPeek(out byte[]? frame) && Accept?.Invoke(frame) == true)
            _waiting.TryDequeue(out _);
    }

    /// <summary>For the card: what waits is not wanted.</summary>
    public void Drop() => _waiting.Clear();

    /// <summary>For the card: a frame leaves.</summary>
    public void Send(ReadOnlyMemory<byte> frame)
    {
        if (_linkUp)
            Sent?.Invoke(frame);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Value("link", ref _linkUp);
        byte[][] frames = [.. _waiting];
        int count = walk.Value("waiting", frames.Length);
        if (walk.IsReading)
            _waiting.Clear();
        for (int i = 0; i < count; i++)
        {
            byte[] frame = walk.Sequence<byte>($"frame {i}", walk.IsReading ? [] : frames[i]);
            if (walk.IsReading)
                _waiting.Enqueue(frame);
        }
    }
}
