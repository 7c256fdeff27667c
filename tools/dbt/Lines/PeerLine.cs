namespace Dbt.Tool.Lines;

/// <summary>
/// A serial port with somebody at the other end, who comes and goes. What the guest sends while nobody is there is
/// gone, as on an open cable; what comes too fast for who is there is kept up to a megabyte.
/// </summary>
internal abstract class PeerLine : SerialLine
{
    private const int Most = 1 << 20, PatienceMilliseconds = 500;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly ManualResetEventSlim _drained = new(true);
    private readonly Thread _writer;
    private MemoryStream _gathered = new();
    private volatile Stream? _peer;
    private volatile bool _closing;

    /// <summary>A line with nobody there yet.</summary>
    protected PeerLine()
    {
        _writer = new Thread(WriteGathered) { IsBackground = true, Name = "serial line" };
        _writer.Start();
    }

    /// <summary>Bytes of the guest that somebody who was there did not take in time.</summary>
    public long Lost { get; private set; }

    /// <summary>Whether it is over.</summary>
    protected bool IsClosing => _closing;

    /// <inheritdoc/>
    public override void Write(byte value)
    {
        if (_peer is null)
            return;
        lock (_gate)
        {
            if (_gathered.Length == Most)
            {
                Lost++;
                return;
            }
            _gathered.WriteByte(value);
            _drained.Reset();
            if (_gathered.Length > 1)
                return;
        }
        _wake.Set();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_peer is not null)
            _drained.Wait(PatienceMilliseconds);
        _closing = true;
        Close();
        _peer?.Dispose();
        _wake.Set();
    }

    /// <summary>Stops who waits for somebody to come.</summary>
    protected abstract void Close();

    /// <summary>Somebody is there: hands over what comes until he is gone, or has no more.</summary>
    protected void Meet(Stream peer, Action<byte> receive)
    {
        _peer = peer;
        byte[] buffer = new byte[256];
        try
        {
            for (int count; (count = peer.Read(buffer)) > 0 && !_closing;)
            {
                foreach (byte value in buffer.AsSpan(0, count))
                    receive(value);
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // He is.
        }
        Leave(peer);
    }

    /// <summary>Lets somebody hear the guest already who is not listened to yet.</summary>
    protected void Greet(Stream peer) => _peer = peer;

    private void Leave(Stream peer)
    {
        lock (_gate)
        {
            if (_peer == peer)
                _peer = null;
            _gathered.SetLength(0);
            _drained.Set();
        }
        peer.Dispose();
    }

    private void WriteGathered()
    {
        MemoryStream writing = new();
        while (!_closing)
        {
            _wake.WaitOne();
            lock (_gate)
                (writing, _gathered) = (_gathered, writing);
            if (_peer is { } peer)
            {
                try
                {
                    peer.Write(writing.GetBuffer(), 0, (int)writing.Length);
                }
                catch (Exception gone) when (gone is IOException or ObjectDisposedException)
                {
                    Leave(peer);
                }
            }
            writing.SetLength(0);
            lock (_gate)
            {
                if (_gathered.Length == 0)
                    _drained.Set();
                else
                    _wake.Set();
            }
        }
    }
}
