using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Dbt.Runtime;

namespace Dbt.Tool.Network;

/// <summary>
/// A cable to another emulator, through a connection of TCP: each frame behind its length, in four bytes, the
/// high-order one first, as QEMU's <c>-netdev socket</c> has it. Who listens waits for the next when one has gone.
/// </summary>
internal sealed class StreamNetwork : LiveNetwork
{
    private const int LengthBytes = sizeof(int), MostWaiting = 1024, LongestRecord = 1 << 16;

    private readonly BlockingCollection<byte[]> _fromGuest = new(MostWaiting);
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly bool _listens;
    private volatile Socket? _peer;
    private volatile bool _isOver;

    /// <summary>Listens, or connects.</summary>
    /// <exception cref="GuestSetupException">Neither is possible.</exception>
    public StreamNetwork(IPEndPoint place, bool listens)
    {
        _listens = listens;
        try
        {
            if (listens)
            {
                _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                _socket.Bind(place);
                _socket.Listen(1);
            }
            else
            {
                _socket.Connect(place);
                // From now on: nothing that is sent before the threads run is lost.
                _peer = _socket;
            }
        }
        catch (SocketException failure)
        {
            _socket.Dispose();
            string what = listens ? "listen at" : "connect to";
            throw new GuestSetupException($"--net socket cannot {what} {place}: {failure.Message}", failure);
        }
        new Thread(Read) { IsBackground = true, Name = "network in" }.Start();
        new Thread(Write) { IsBackground = true, Name = "network out" }.Start();
    }

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> frame, long now)
    {
        if (_peer is null && _listens)
            return;
        byte[] record = new byte[LengthBytes + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(record, frame.Length);
        frame.CopyTo(record.AsSpan(LengthBytes));
        _fromGuest.TryAdd(record);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _isOver = true;
        _fromGuest.CompleteAdding();
        _peer?.Dispose();
        _socket.Dispose();
    }

    private void Read()
    {
        try
        {
            do
            {
                using Socket peer = _listens ? _socket.Accept() : _socket;
                peer.NoDelay = true;
                _peer = peer;
                ReadFrames(peer);
                _peer = null;
            }
            while (_listens && !_isOver);
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private void ReadFrames(Socket peer)
    {
        byte[] head = new byte[LengthBytes];
        try
        {
            while (TryFill(peer, head))
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(head);
                if (length is <= 0 or > LongestRecord)
                    return;
                byte[] frame = new byte[length];
                if (!TryFill(peer, frame))
                    return;
                Deliver(frame);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The other end has gone, and did not say so.
        }
    }

    private static bool TryFill(Socket peer, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int count = peer.Receive(bytes);
            if (count == 0)
                return false;
            bytes = bytes[count..];
        }
        return true;
    }

    private void Write()
    {
        foreach (byte[] record in _fromGuest.GetConsumingEnumerable())
        {
            try
            {
                if (_peer is { } peer)
                    SendWhole(peer, record);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                // The reader finds out, too.
            }
        }
    }

    private static void SendWhole(Socket peer, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[peer.Send(bytes)..];
    }
}
