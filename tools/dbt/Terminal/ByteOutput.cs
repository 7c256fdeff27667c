namespace Dbt.Tool.Terminal;

/// <summary>
/// Standard output for a guest that writes byte by byte: gathered, and written a few milliseconds later by a
/// thread of its own, so that the guest never waits for the terminal.
/// </summary>
internal sealed class ByteOutput : IDisposable
{
    private const int GatherMilliseconds = 4;
    // A guest that is faster than the reader of its output has to wait after all.
    private const int Most = 1 << 20;

    private readonly Stream _output;
    private readonly Func<bool> _readerIsGone;
    private readonly Action _failed;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly ManualResetEventSlim _room = new(true);
    private readonly Thread _writer;
    private MemoryStream _gathered = new();
    private volatile bool _closing;
    private Exception? _failure;

    /// <summary>Writes to standard output.</summary>
    /// <param name="failed">Called, from another thread, when that is no longer possible.</param>
    public ByteOutput(Action failed) : this(Console.OpenStandardOutput(), () => OutputReader.IsGone, failed) { }

    /// <summary>Writes to <paramref name="output"/>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="readerIsGone">Whether what was written reaches nobody, of which <paramref name="output"/> says
    /// nothing.</param>
    /// <param name="failed">Called, from another thread, when that is so, or nothing can be written.</param>
    public ByteOutput(Stream output, Func<bool> readerIsGone, Action failed)
    {
        (_output, _readerIsGone, _failed) = (output, readerIsGone, failed);
        _writer = new Thread(WriteGathered) { IsBackground = true, Name = "output" };
        _writer.Start();
    }

    /// <summary>Takes a byte.</summary>
    public void Write(byte value)
    {
        _room.Wait();
        lock (_gate)
        {
            _gathered.WriteByte(value);
            if (_gathered.Length >= Most)
                _room.Reset();
            if (_gathered.Length > 1)
                return;
        }
        _wake.Set();
    }

    /// <summary>Writes what is left. Throws when something could not be written.</summary>
    public void Dispose()
    {
        _closing = true;
        _wake.Set();
        _writer.Join();
        if (_failure is not null)
        {
            throw new IOException(
                $"cannot write the guest's output: {(_failure.InnerException ?? _failure).Message}", _failure);
        }
    }

    private void WriteGathered()
    {
        MemoryStream writing = new();
        while (true)
        {
            bool last = _closing;
            lock (_gate)
                (writing, _gathered) = (_gathered, writing);
            _room.Set();
            try
            {
                if (writing.Length > 0 && _failure is null)
                {
                    _output.Write(writing.GetBuffer(), 0, (int)writing.Length);
                    _output.Flush();
                    if (_readerIsGone())
                        throw new IOException("nobody reads it any more");
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _failure = failure;
                _failed();
            }
            writing.SetLength(0);
            if (last)
                return;
            _wake.WaitOne();
            if (!_closing)
                Thread.Sleep(GatherMilliseconds);
        }
    }
}
