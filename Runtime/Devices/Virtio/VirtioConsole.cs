using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A virtio console (Virtio 1.2, 5.3) with one port: bytes both ways, as many at a time as one likes.
/// </summary>
public sealed class VirtioConsole : VirtioDevice, ISerialPort
{
    private const int ReceiveQueue = 0, TransmitQueue = 1, PieceBytes = 256;

    private readonly Queue<byte> _outside = new();

    /// <summary>Creates one.</summary>
    public VirtioConsole() : base(VirtioType.Console, features: 0, queues: 2) { }

    /// <inheritdoc/>
    public event Action<byte>? Transmitted;

    /// <inheritdoc/>
    public event Action? Received;

    /// <inheritdoc/>
    public void Receive(byte value)
    {
        _outside.Enqueue(value);
        Notify(ReceiveQueue);
    }

    /// <inheritdoc/>
    public override void Walk(StateWalk walk)
    {
        base.Walk(walk);
        walk.Queue("outside", _outside);
    }

    /// <inheritdoc/>
    internal override void FillConfiguration(Span<byte> to, ByteOrder order) { }

    /// <inheritdoc/>
    private protected override void Serve(int queue)
    {
        VirtioQueue served = Queues[queue];
        for (int i = 0; i < VirtioQueue.Largest && IsLive; i++)
        {
            if (queue == ReceiveQueue && _outside.Count == 0 || !served.TryTake(Chain))
                break;
            if (queue == ReceiveQueue)
                Fill();
            else
                Send();
        }
        if (!IsLive)
            return;
        served.AskForNotice();
        Signal(served);
    }

    private void Fill()
    {
        Span<byte> piece = stackalloc byte[PieceBytes];
        int bytes = (int)Math.Min(Math.Min(piece.Length, _outside.Count), Chain.WritableBytes);
        for (int i = 0; i < bytes; i++)
        {
            piece[i] = _outside.Dequeue();
            Received?.Invoke();
        }
        if (Chain.TryWrite(Memory, 0, piece[..bytes]))
            Queues[ReceiveQueue].Put(Chain, (uint)bytes);
        else
            Break();
    }

    private void Send()
    {
        const long most = 1 << 20;
        Span<byte> piece = stackalloc byte[PieceBytes];
        long bytes = Chain.ReadableBytes;
        // Who says more at a time does not mean it.
        for (long at = 0; at < Math.Min(bytes, most); at += piece.Length)
        {
            piece = piece[..(int)Math.Min(piece.Length, bytes - at)];
            if (!Chain.TryRead(Memory, at, piece))
            {
                Break();
                return;
            }
            foreach (byte value in piece)
                Transmitted?.Invoke(value);
        }
        Queues[TransmitQueue].Put(Chain, 0);
    }
}
