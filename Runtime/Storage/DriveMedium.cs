using Dbt.Runtime.State;

namespace Dbt.Runtime.Storage;

/// <summary>
/// What is in a drive: an image, and a thread of the host that works on it while the guest goes on. Work that has begun
/// is waited for when the guest is to see its end.
/// </summary>
public sealed class DriveMedium : IDisposable, IHasState
{
    private readonly IDiskImage _image;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly ManualResetEventSlim _done = new(true);
    private Thread? _thread;
    private MediumWork _work;
    private byte[] _buffer = [];
    private bool _hasBegun, _succeeded, _isClosed;

    // Whether what has begun is nobody's yet: the thread's, or that of whoever cannot wait for the thread to wake.
    private int _isOpen;

    /// <summary>Opens the image of a drive.</summary>
    /// <exception cref="GuestSetupException">It cannot be used.</exception>
    public DriveMedium(DriveConfiguration configuration)
    {
        Configuration = configuration;
        _image = DiskImage.Open(configuration);
    }

    /// <summary>The drive.</summary>
    public DriveConfiguration Configuration { get; }

    /// <summary>Bytes of the medium.</summary>
    public long Bytes => _image.Bytes;

    /// <summary>Whether it may be written.</summary>
    public bool IsWritable => Configuration is { IsReadOnly: false, IsCdrom: false };

    /// <summary>Whether <see cref="Finish"/> would not have to wait for what has begun.</summary>
    public bool IsIdle => _done.IsSet;

    /// <summary>Begins work in the background; the buffer is the thread's until it is finished.</summary>
    public void Begin(MediumWork work, byte[] buffer)
    {
        if (_thread is null)
        {
            _thread = new Thread(Serve) { IsBackground = true, Name = "disk" };
            _thread.Start();
        }
        (_work, _buffer, _hasBegun) = (work, buffer, true);
        _done.Reset();
        Volatile.Write(ref _isOpen, 1);
        _wanted.Release();
    }

    /// <summary>Returns when work is done, which is done now unless it has begun.</summary>
    /// <returns>Whether it could be done.</returns>
    public bool Finish(MediumWork work, byte[] buffer)
    {
        if (!_hasBegun)
            return CarryOut(work, buffer);
        if (TryTake())
        {
            _succeeded = CarryOut(work, buffer);
            _done.Set();
        }
        Abandon();
        return _succeeded;
    }

    /// <summary>Waits for what has begun, whose end nobody will ask for.</summary>
    public void Abandon()
    {
        _done.Wait();
        _hasBegun = false;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What has begun is done once more by whoever goes on from here. What is not forgotten at the end is the host's,
    /// and no part of the machine.
    /// </remarks>
    public void Walk(StateWalk walk)
    {
        _done.Wait();
        walk.Constant("bytes", Bytes);
        walk.Optional("discarded writes", _image as DiscardedWrites);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Abandon();
        _isClosed = true;
        _wanted.Release();
        _thread?.Join();
        _image.Dispose();
        _wanted.Dispose();
        _done.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            _wanted.Wait();
            if (_isClosed)
                return;
            if (!TryTake())
                continue;
            _succeeded = CarryOut(_work, _buffer);
            _done.Set();
        }
    }

    private bool TryTake() => Interlocked.Exchange(ref _isOpen, 0) != 0;

    private bool CarryOut(MediumWork work, byte[] buffer)
    {
        Span<byte> bytes = buffer.AsSpan(0, work.Bytes);
        try
        {
            switch (work.Operation)
            {
                case MediumOperation.Read or MediumOperation.Verify:
                    _image.Read(work.Offset, bytes);
                    break;
                case MediumOperation.Write:
                    _image.Write(work.Offset, bytes);
                    break;
                case MediumOperation.Flush:
                    _image.Flush();
                    break;
            }
            return true;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
