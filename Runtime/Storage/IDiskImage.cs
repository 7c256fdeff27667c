namespace Dbt.Runtime.Storage;

/// <summary>
/// The contents of a disk, in whatever format. One thread at a time. An <see cref="IOException"/> is a failure of the
/// host, or a damaged image; <see cref="InvalidDataException"/> is what a decompressor says.
/// </summary>
public interface IDiskImage : IDisposable
{
    /// <summary>Bytes of the disk.</summary>
    long Bytes { get; }

    /// <summary>Reads from a byte of the disk on; what was never written is zeros.</summary>
    void Read(long offset, Span<byte> to);

    /// <summary>Writes from a byte of the disk on.</summary>
    void Write(long offset, ReadOnlySpan<byte> from);

    /// <summary>Returns when all that was written will be there whatever happens.</summary>
    void Flush();
}
