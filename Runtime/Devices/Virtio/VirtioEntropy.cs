using System.Security.Cryptography;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A virtio source of random numbers (Virtio 1.2, 5.4). In a machine whose runs repeat they are the same in every run,
/// and secret from nobody.
/// </summary>
/// <param name="livesInHostTime">Whether they are the host's, which nobody can know.</param>
public sealed class VirtioEntropy(bool livesInHostTime) : VirtioDevice(VirtioType.Entropy, features: 0, queues: 1)
{
    // What is given at a time.
    private const int MostBytes = 4096;

    private ulong _state;

    /// <inheritdoc/>
    public override void Walk(StateWalk walk)
    {
        base.Walk(walk);
        walk.Value("state", ref _state);
    }

    /// <inheritdoc/>
    internal override void FillConfiguration(Span<byte> to, ByteOrder order) { }

    /// <inheritdoc/>
    private protected override void Serve(int queue)
    {
        Span<byte> bytes = stackalloc byte[MostBytes];
        for (int i = 0; i < VirtioQueue.Largest && IsLive && Queues[0].TryTake(Chain); i++)
        {
            Span<byte> wanted = bytes[..(int)Math.Min(MostBytes, Chain.WritableBytes)];
            Fill(wanted);
            if (Chain.TryWrite(Memory, 0, wanted))
                Queues[0].Put(Chain, (uint)wanted.Length);
            else
                Break();
        }
        if (!IsLive)
            return;
        Queues[0].AskForNotice();
        Signal(Queues[0]);
    }

    // SplitMix64 (Steele, Lea and Flood, 2014).
    private void Fill(Span<byte> bytes)
    {
        if (livesInHostTime)
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }
        for (; bytes.Length > 0; bytes = bytes[Math.Min(sizeof(ulong), bytes.Length)..])
        {
            _state += 0x9e37_79b9_7f4a_7c15;
            ulong mixed = (_state ^ _state >> 30) * 0xbf58_476d_1ce4_e5b9;
            mixed = (mixed ^ mixed >> 27) * 0x94d0_49bb_1331_11eb;
            mixed ^= mixed >> 31;
            for (int i = 0; i < Math.Min(sizeof(ulong), bytes.Length); i++)
                bytes[i] = (byte)(mixed >> 8 * i);
        }
    }
}
