using Dbt.Runtime;
using Dbt.Runtime.Boards.Malta;
using Dbt.Tool.Guests;
using Microsoft.Win32.SafeHandles;

namespace Dbt.Tool.Running;

/// <summary>
/// The file behind a machine's flash: what the guest programs and erases is in it at once, so that whatever ends dbt
/// loses nothing of it.
/// </summary>
internal sealed class FlashFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly bool _isTurned;
    private Exception? _failure;

    private FlashFile(string path, SafeFileHandle file, bool isReadOnly, byte[] contents, bool isTurned)
    {
        (_path, _file, IsReadOnly, _isTurned) = (path, file, isReadOnly, isTurned);
        Contents = isTurned ? FirmwareImage.Turned(contents) : contents;
    }

    /// <summary>What is in it, in the order of the machine's memory.</summary>
    public byte[] Contents { get; }

    /// <summary>Whether it cannot be written.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Opens a file; one that is not there is made, as an erased flash.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="isTurned">Whether a file with such contents has its words turned around.</param>
    /// <exception cref="GuestSetupException">It cannot be, or is no flash.</exception>
    public static FlashFile Open(string path, Func<byte[], bool> isTurned)
    {
        string name = $"--pflash '{path}'";
        if (Directory.Exists(path))
            throw new GuestSetupException($"{name} is a directory; name a file");
        try
        {
            if (!File.Exists(path))
                Make(path);
            bool isReadOnly = new FileInfo(path).IsReadOnly;
            SafeFileHandle file = isReadOnly
                ? File.OpenHandle(path)
                : File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            byte[] contents = Read(file, name);
            return new FlashFile(path, file, isReadOnly, contents, isTurned(contents));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new GuestSetupException($"cannot open {name}: {failure.Message}", failure);
        }
    }

    /// <summary>The guest has changed its flash: writes a part of it.</summary>
    /// <param name="contents">All that the flash holds.</param>
    /// <param name="offset">The first byte that changed.</param>
    /// <param name="bytes">How many did.</param>
    public void Write(ReadOnlySpan<byte> contents, int offset, int bytes)
    {
        int first = offset & ~3, end = offset + bytes + 3 & ~3;
        byte[] piece = contents[first..end].ToArray();
        for (int i = 0; i < piece.Length && _isTurned; i++)
            piece[i] = contents[FirmwareImage.TurnedOffset(first + i)];
        try
        {
            RandomAccess.Write(_file, piece, first);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _failure ??= failure;
        }
    }

    /// <summary>The run is over: all of it is to be on the disk.</summary>
    /// <exception cref="IOException">Something could not be written.</exception>
    public void Finish()
    {
        if (!IsReadOnly && _failure is null)
            RandomAccess.FlushToDisk(_file);
        if (_failure is not null)
            throw new IOException($"cannot write --pflash '{_path}': {_failure.Message}", _failure);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void Make(string path)
    {
        byte[] erased = new byte[MaltaBoard.RomBytes];
        Array.Fill(erased, (byte)0xff);
        File.WriteAllBytes(path, erased);
    }

    private static byte[] Read(SafeFileHandle file, string name)
    {
        long length = RandomAccess.GetLength(file);
        if (length != MaltaBoard.RomBytes)
        {
            file.Dispose();
            throw new GuestSetupException(
                $"{name} has {length} bytes, and the board's flash {MaltaBoard.RomBytes}: a file that is not there yet is "
                + "made with --bios");
        }
        byte[] contents = new byte[MaltaBoard.RomBytes];
        int read = 0;
        for (int count; (count = RandomAccess.Read(file, contents.AsSpan(read), read)) > 0;)
            read += count;
        return contents;
    }
}
