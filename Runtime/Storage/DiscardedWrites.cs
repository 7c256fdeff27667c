using Dbt.Runtime.State;

namespace Dbt.Runtime.Storage;

/// <summary>
/// A disk that looks as if it were written, over an image that is not: what is written is kept in memory, and part of a
/// machine's state.
/// </summary>
/// <param name="below">The image, which it closes.</param>
internal sealed class DiscardedWrites(IDiskImage below) : IDiskImage, IHasState
{
    private const int ChunkBytes = 1 << 16;

    private readonly Dictionary<long, byte[]> _chunks = [];

    /// <inheritdoc/>
    public long Bytes => below.Bytes;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> to)
    {
        while (to.Length > 0)
        {
            Span<byte> piece = PieceOf(offset, to);
            if (_chunks.TryGetValue(offset / ChunkBytes, out byte[]? chunk))
                chunk.AsSpan((int)(offset % ChunkBytes), piece.Length).CopyTo(piece);
            else
                below.Read(offset, piece);
            to = to[piece.Length..];
            offset += piece.Length;
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> from)
    {
        while (from.Length > 0)
        {
            int into = (int)(offset % ChunkBytes);
            int bytes = Math.Min(from.Length, ChunkBytes - into);
            from[..bytes].CopyTo(ChunkAt(offset / ChunkBytes).AsSpan(into));
            from = from[bytes..];
            offset += bytes;
        }
    }

    /// <inheritdoc/>
    public void Flush() { }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        long[] kept = walk.Sequence<long>("chunks", [.. _chunks.Keys.Order()]);
        if (walk.IsReading)
            _chunks.Clear();
        foreach (long index in kept)
        {
            if (!_chunks.TryGetValue(index, out byte[]? chunk))
                _chunks.Add(index, chunk = new byte[ChunkBytes]);
            walk.Array<byte>($"chunk {index:x}", chunk);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => below.Dispose();

    private static Span<byte> PieceOf(long offset, Span<byte> bytes) =>
        bytes[..(int)Math.Min(bytes.Length, ChunkBytes - offset % ChunkBytes)];

    private byte[] ChunkAt(long index)
    {
        if (_chunks.TryGetValue(index, out byte[]? chunk))
            return chunk;
        chunk = new byte[ChunkBytes];
        // The last may end behind the disk.
        long start = index * ChunkBytes;
        below.Read(start, PieceOf(0, chunk.AsSpan(0, (int)Math.Min(ChunkBytes, Bytes - start))));
        _chunks.Add(index, chunk);
        return chunk;
    }
}
