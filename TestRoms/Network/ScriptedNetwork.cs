using Dbt.Runtime.Network;

namespace Dbt.TestRoms.Network;

/// <summary>An outside that sends what it was told to, when it was told to, and remembers what it gets.</summary>
internal sealed class ScriptedNetwork(params (long Time, byte[] Frame)[] frames) : INetworkBackend
{
    private readonly Queue<(long Time, byte[] Frame)> _frames = new(frames);

    public List<byte[]> Got { get; } = [];

    public bool IsDisposed { get; private set; }

    public bool LivesInHostTime => false;

    public long NextDue => _frames.TryPeek(out (long Time, byte[]) next) ? next.Time : long.MaxValue;

    public event Action? Arrived
    {
        add { }
        remove { }
    }

    public void Send(ReadOnlySpan<byte> frame, long now) => Got.Add(frame.ToArray());

    public byte[]? Receive(long now) => NextDue <= now ? _frames.Dequeue().Frame : null;

    public void Dispose() => IsDisposed = true;
}
