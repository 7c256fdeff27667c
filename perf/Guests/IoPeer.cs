using System.Net;
using System.Net.Sockets;

namespace Dbt.Perf.Guests;

/// <summary>
/// The other end of the streams: who connects to one port is sent so many bytes, and to the other is listened to.
/// </summary>
internal sealed class IoPeer : IDisposable
{
    /// <summary>Bytes of a stream.</summary>
    public const int Bytes = 64 << 20;

    private readonly TcpListener _source = new(IPAddress.Loopback, 0), _sink = new(IPAddress.Loopback, 0);

    /// <summary>Begins to listen.</summary>
    public IoPeer()
    {
        Serve(_source, stream =>
        {
            byte[] piece = new byte[64 << 10];
            for (int sent = 0; sent < Bytes; sent += piece.Length)
                stream.Write(piece);
        });
        Serve(_sink, stream => stream.CopyTo(Stream.Null));
    }

    /// <summary>The port that sends.</summary>
    public int Source => ((IPEndPoint)_source.LocalEndpoint).Port;

    /// <summary>The port that listens.</summary>
    public int Sink => ((IPEndPoint)_sink.LocalEndpoint).Port;

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _sink.Dispose();
    }

    private static void Serve(TcpListener listener, Action<NetworkStream> talk)
    {
        listener.Start();
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    using TcpClient client = listener.AcceptTcpClient();
                    using NetworkStream stream = client.GetStream();
                    talk(stream);
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException or IOException)
            {
                // The comparison is over, or its guest is.
            }
        })
        { IsBackground = true }.Start();
    }
}
