using System.Net;
using System.Net.Sockets;

namespace Dbt.Tool.Lines;

/// <summary>A serial port at a socket: of TCP, or in the file system.</summary>
internal sealed class SocketLine : PeerLine
{
    private readonly LineTarget _target;
    private readonly Socket? _listener;
    private readonly CancellationTokenSource _over = new();
    private Socket? _first;

    private SocketLine(LineTarget target, Socket? listener, Socket? first)
    {
        (_target, _listener, _first) = (target, listener, first);
        if (first is not null)
            Greet(new NetworkStream(first, ownsSocket: true));
    }

    /// <summary>Connects, or lets others connect, and waits for the first if that is wanted.</summary>
    /// <exception cref="SocketException">That cannot be.</exception>
    public static SocketLine Connect(LineTarget target, Action<string> waiting, CancellationToken stop)
    {
        EndPoint end = EndOf(target);
        if (!target.IsServer)
        {
            Socket socket = New(target);
            socket.Connect(end);
            return new SocketLine(target, null, socket);
        }
        Socket listener = Bind(target, end);
        listener.Listen();
        SocketLine line = new(target, listener, null);
        if (target.Waits)
        {
            waiting($"--serial {line.Place} waits for somebody to connect");
            line._first = listener.AcceptAsync(stop).AsTask().GetAwaiter().GetResult();
            line.Greet(new NetworkStream(line._first, ownsSocket: true));
        }
        return line;
    }

    /// <inheritdoc/>
    public override string? Announcement => _target is { IsServer: true, TcpPort: 0 } ? $"is at {Place}" : null;

    /// <inheritdoc/>
    public override void Listen(Action<byte> receive, Action<bool> awaits)
    {
        awaits(true);
        Thread listening = new(() => Listen(receive)) { IsBackground = true, Name = "serial socket" };
        listening.Start();

        void Listen(Action<byte> receive)
        {
            if (_first is not null)
                Meet(new NetworkStream(_first, ownsSocket: true), receive);
            while (_listener is not null && Accept() is { } next)
                Meet(new NetworkStream(next, ownsSocket: true), receive);
            awaits(false);
        }
    }

    /// <inheritdoc/>
    protected override void Close()
    {
        _over.Cancel();
        _listener?.Dispose();
        if (_target is { Kind: LineKind.Unix, IsServer: true })
            File.Delete(_target.Address);
    }

    private string Place => _listener?.LocalEndPoint is IPEndPoint end ? $"tcp:{end}" : _target.ToString();

    private Socket? Accept()
    {
        try
        {
            return _listener!.AcceptAsync(_over.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private static EndPoint EndOf(LineTarget target) => target.Kind == LineKind.Unix
        ? new UnixDomainSocketEndPoint(target.Address)
        : new IPEndPoint(
            Dns.GetHostAddresses(target.TcpHost, AddressFamily.InterNetwork)[0], target.TcpPort!.Value);

    private static Socket New(LineTarget target) => target.Kind == LineKind.Unix
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static Socket Bind(LineTarget target, EndPoint end)
    {
        // What an earlier run left behind without an end.
        if (target.Kind == LineKind.Unix && File.Exists(target.Address) && !Answers(target, end))
            File.Delete(target.Address);
        Socket listener = New(target);
        listener.Bind(end);
        return listener;
    }

    private static bool Answers(LineTarget target, EndPoint end)
    {
        try
        {
            using Socket socket = New(target);
            socket.Connect(end);
            return true;
        }
        catch (SocketException failure)
        {
            // A file that is no socket is not ours to take away.
            return failure.SocketErrorCode != SocketError.ConnectionRefused || new FileInfo(target.Address).Length > 0;
        }
    }
}
