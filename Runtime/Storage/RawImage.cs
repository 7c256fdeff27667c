namespace Dbt.Runtime.Storage;

/// <summary>A disk whose bytes are those of a file.</summary>
/// <param name="file">The file, which it closes.</param>
internal sealed class RawImage(ImageFile file) : IDiskImage
{
    private bool _isWritten;

    /// <inheritdoc/>
    public long Bytes { get; } = file.Length;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> to) => file.Read(offset, to);

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> from)
    {
        _isWritten = true;
        file.Write(offset, from);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (!_isWritten)
            return;
        file.Flush();
        _isWritten = false;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
