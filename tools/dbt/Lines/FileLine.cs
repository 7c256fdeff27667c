namespace Dbt.Tool.Lines;

/// <summary>
/// A serial port whose output is written to a file, all of it: a disk that is slow or full for a while costs memory,
/// not bytes.
/// </summary>
internal sealed class FileLine : SerialLine
{
    private const int GatherMilliseconds = 4, RetryMilliseconds = 500;

    // Once the guest is gone, somebody waits for dbt to end.
    private const int LastTries = 3;

    private readonly string _path;
    private readonly Stream _file;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _writer;
    private MemoryStream _gathered = new();
    private volatile bool _closing;
    private int _tries;
    private Exception? _failure;

    /// <summary>Creates the file, or empties it.</summary>
    public FileLine(string path)
        : this(path, new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) { }

    /// <summary>Writes to <paramref name="file"/>.</summary>
    /// <param name="path">What messages call it.</param>
    /// <param name="file">Where to.</param>
    internal FileLine(string path, Stream file)
    {
        (_path, _file) = (path, file);
        _writer = new Thread(WriteGathered) { IsBackground = true, Name = "serial file" };
        _writer.Start();
    }

    /// <inheritdoc/>
    public override void Write(byte value)
    {
        lock (_gate)
        {
            _gathered.WriteByte(value);
            if (_gathered.Length > 1)
                return;
        }
        _wake.Set();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _closing = true;
        _wake.Set();
        _writer.Join();
        _file.Dispose();
        _wake.Dispose();
        if (_failure is not null)
            throw new IOException($"cannot write all of --serial file:{_path}: {_failure.Message}", _failure);
    }

    private void WriteGathered()
    {
        MemoryStream writing = new();
        while (true)
        {
            bool last = _closing;
            lock (_gate)
                (writing, _gathered) = (_gathered, writing);
            for (int written = 0; written < writing.Length && _tries < LastTries;)
                written += TryWrite(writing.GetBuffer().AsSpan(written, (int)writing.Length - written));
            writing.SetLength(0);
            if (last)
                return;
            // A wait before another try may have taken the call that was meant for here.
            if (!_closing && !AnyGathered())
                _wake.WaitOne();
            if (!_closing)
                Thread.Sleep(GatherMilliseconds);
        }
    }

    private bool AnyGathered()
    {
        lock (_gate)
            return _gathered.Length > 0;
    }

    // In pieces: what part of one is in the file when it fails is known only if it is small.
    private int TryWrite(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, 4096)];
        long before = _file.CanSeek ? _file.Position : 0;
        try
        {
            _file.Write(bytes);
            (_failure, _tries) = (null, 0);
            return bytes.Length;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _failure = failure;
            _tries += _closing ? 1 : 0;
            if (_file.CanSeek)
                _file.Position = before;
            _wake.WaitOne(RetryMilliseconds);
            return 0;
        }
    }
}
