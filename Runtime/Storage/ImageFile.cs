using Microsoft.Win32.SafeHandles;

namespace Dbt.Runtime.Storage;

/// <summary>
/// A file of the host with an image in it. Who writes it has it alone; who reads it shares it with others who do.
/// </summary>
internal sealed class ImageFile : IDisposable
{
    // EWOULDBLOCK of Linux and of the BSDs, and ERROR_SHARING_VIOLATION.
    private static readonly int[] s_taken = [11, 35, unchecked((int)0x8007_0020)];

    private readonly SafeFileHandle _handle;

    private ImageFile(string path, SafeFileHandle handle)
    {
        (Path, _handle) = (path, handle);
        Length = RandomAccess.GetLength(handle);
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="GuestSetupException">It cannot be opened, in one line that says why.</exception>
    public static ImageFile Open(string path, bool writable)
    {
        if (Directory.Exists(path))
            throw new GuestSetupException($"disk '{path}' is a directory; name a file");
        if (!File.Exists(path))
        {
            throw new GuestSetupException(
                $"disk '{path}' does not exist: 'truncate -s 2G {path}' or 'qemu-img create -f qcow2 {path} 2G' makes one");
        }
        try
        {
            return new ImageFile(path, File.OpenHandle(
                path, FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read,
                writable ? FileShare.None : FileShare.Read));
        }
        catch (IOException failure) when (s_taken.Contains(failure.HResult))
        {
            throw new GuestSetupException(
                $"disk '{path}' is in use: end the machine that has it, or add ,snapshot where that only reads it, too",
                failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new GuestSetupException(
                writable
                    ? $"disk '{path}' may not be written: allow yourself to, or add ,snapshot or ,ro"
                    : $"disk '{path}' may not be read: allow yourself to", failure);
        }
        catch (IOException failure)
        {
            throw new GuestSetupException($"disk '{path}' cannot be opened: {failure.Message}", failure);
        }
    }

    /// <summary>Its name.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; private set; }

    /// <summary>Reads; behind the end of the file are zeros.</summary>
    public void Read(long offset, Span<byte> to)
    {
        while (to.Length > 0)
        {
            int read = RandomAccess.Read(_handle, to, offset);
            if (read == 0)
                break;
            to = to[read..];
            offset += read;
        }
        to.Clear();
    }

    /// <summary>Writes.</summary>
    public void Write(long offset, ReadOnlySpan<byte> from)
    {
        RandomAccess.Write(_handle, from, offset);
        Length = Math.Max(Length, offset + from.Length);
    }

    /// <summary>Makes the file as long as that, if it is shorter.</summary>
    public void Extend(long length)
    {
        if (length <= Length)
            return;
        RandomAccess.SetLength(_handle, length);
        Length = length;
    }

    /// <summary>Returns when the host has put on its disk all that was written.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_handle);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
