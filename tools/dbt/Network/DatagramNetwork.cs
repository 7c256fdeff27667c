using System.Net;
using System.Net.Sockets;
using Dbt.Runtime;

namespace Dbt.Tool.Network;

/// <summary>
/// A cable to another emulator, a datagram of UDP for each frame, as QEMU's <c>-netdev socket,udp=</c> has it. What
/// does not come from the other end is not looked at.
/// </summary>
internal sealed class DatagramNetwork : LiveNetwork
{
    private const int LongestDatagram = 1 << 16;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _other;
    private volatile bool _isOver;

    /// <summary>Takes a port.</summary>
    /// <exception cref="GuestSetupException">It is not to be had.</exception>
    public DatagramNetwork(IPEndPoint own, IPEndPoint other)
    {
        _other = other;
        try
        {
            _socket.Bind(own);
        }
        catch (SocketException failure)
        {
            _socket.Dispose();
            throw new GuestSetupException($"--net socket cannot have {own}: {failure.Message}", failure);
        }
        new Thread(Read) { IsBackground = true, Name = "network in" }.Start();
    }

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> frame, long now)
    {
        try
        {
            _socket.SendTo(frame, SocketFlags.None, _other);
        }
        catch (SocketException)
        {
            // Nobody is there yet: a frame that is lost.
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _isOver = true;
        _socket.Dispose();
    }

    private void Read()
    {
        byte[] datagram = new byte[LongestDatagram];
        while (!_isOver)
        {
            try
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int length = _socket.ReceiveFrom(datagram, ref from);
                if (from.Equals(_other))
                    Deliver(datagram[..length]);
            }
            catch (SocketException)
            {
                // Nobody was there for the last that was sent, or the run is over.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
