using System.IO.Compression;

namespace Dbt.Runtime.Storage;

/// <summary>
/// A disk in a qcow2 image. Data goes to the file at once, what leads to it at the next flush: first what is in use,
/// then, when the host has that, the tables that lead there. Whoever is killed in between leaves at worst clusters that
/// are in use by nothing.
/// </summary>
internal sealed class QcowImage : IDiskImage
{
    private readonly ImageFile _file;
    private readonly QcowHeader _header;
    private readonly QcowRefcounts _refcounts;
    private readonly QcowMapping _mapping;
    private readonly IDiskImage? _backing;
    private readonly bool _writable;
    private readonly byte[] _cluster;
    private bool _isWritten, _hasChanged;

    // The cluster of the disk that was decompressed last, since what reads one sector reads the next.
    private readonly byte[] _unpacked;
    private long _unpackedFrom = -1;

    /// <summary>An image whose header has been read.</summary>
    /// <param name="file">The image, which it closes.</param>
    /// <param name="header">Its header.</param>
    /// <param name="backing">What it is a layer above, which it closes; null for nothing.</param>
    /// <param name="writable">Whether it may be written.</param>
    /// <exception cref="GuestSetupException">It is damaged.</exception>
    public QcowImage(ImageFile file, QcowHeader header, IDiskImage? backing, bool writable)
    {
        (_file, _header, _backing, _writable) = (file, header, backing, writable);
        _refcounts = new QcowRefcounts(file, header);
        _mapping = new QcowMapping(file, header, _refcounts);
        _cluster = new byte[header.ClusterBytes];
        _unpacked = new byte[header.ClusterBytes];
        if (!writable)
            return;
        CheckRefcounts();
        // What this does not know is no longer as the header says.
        if (header.AutoclearFeatures != 0)
            file.Write(88, new byte[sizeof(ulong)]);
    }

    /// <inheritdoc/>
    public long Bytes => _header.Bytes;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> to)
    {
        while (to.Length > 0)
        {
            Span<byte> piece = to[..PieceOf(offset, to.Length)];
            ReadPiece(_mapping[offset >> _header.ClusterBits], offset, piece);
            to = to[piece.Length..];
            offset += piece.Length;
        }
        ForgetTables();
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> from)
    {
        if (!_writable)
            throw new IOException($"disk '{_file.Path}' is not written");
        _isWritten = true;
        while (from.Length > 0)
        {
            ReadOnlySpan<byte> piece = from[..PieceOf(offset, from.Length)];
            WritePiece(offset, piece);
            from = from[piece.Length..];
            offset += piece.Length;
        }
        ForgetTables();
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (_hasChanged)
        {
            _refcounts.WriteBack();
            _file.Flush();
            _mapping.WriteBack();
            _hasChanged = _refcounts.Release();
            _isWritten = true;
        }
        if (_isWritten)
            _file.Flush();
        _isWritten = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            // What the first leaves to be released, the second puts away.
            Flush();
            Flush();
        }
        finally
        {
            _file.Dispose();
            _backing?.Dispose();
        }
    }

    private int PieceOf(long offset, int bytes) =>
        (int)Math.Min(bytes, _header.ClusterBytes - (offset & _header.ClusterBytes - 1));

    private void ReadPiece(ulong entry, long offset, Span<byte> to)
    {
        int into = (int)(offset & _header.ClusterBytes - 1);
        if ((entry & QcowMapping.Compressed) != 0)
            Unpack(entry, offset >> _header.ClusterBits).AsSpan(into, to.Length).CopyTo(to);
        else if ((entry & QcowMapping.Zero) != 0 && _header.Version > 2)
            to.Clear();
        else if (QcowMapping.OffsetOf(entry) is var at and not 0)
            _file.Read(Aligned(at) + into, to);
        else
            ReadBacking(offset, to);
    }

    private void ReadBacking(long offset, Span<byte> to)
    {
        int there = (int)Math.Clamp((_backing?.Bytes ?? 0) - offset, 0, to.Length);
        if (there > 0)
            _backing!.Read(offset, to[..there]);
        to[there..].Clear();
    }

    private void WritePiece(long offset, ReadOnlySpan<byte> from)
    {
        long cluster = offset >> _header.ClusterBits;
        int into = (int)(offset & _header.ClusterBytes - 1);
        ulong entry = _mapping[cluster];
        bool isOwn = (entry & (QcowMapping.Copied | QcowMapping.Compressed)) == QcowMapping.Copied;
        if (isOwn && (entry & QcowMapping.Zero) == 0)
        {
            long at = Aligned(QcowMapping.OffsetOf(entry));
            if (at == 0 || at >= _file.Length)
                throw new IOException($"disk '{_file.Path}' is damaged: a cluster at 0x{at:x}, outside of the file");
            _file.Write(at + into, from);
            return;
        }
        WriteElsewhere(entry, cluster, into, from);
    }

    // What is not the image's own, or not there at all, gets a cluster of its own.
    private void WriteElsewhere(ulong entry, long cluster, int into, ReadOnlySpan<byte> from)
    {
        long before = _file.Length, at = _refcounts.Allocate();
        _hasChanged = true;
        _file.Extend(at + _header.ClusterBytes);
        bool isEmpty = entry == 0 && (_backing?.Bytes ?? 0) <= cluster << _header.ClusterBits;
        if (isEmpty && at >= before)
        {
            // The file is all zeros there.
            _file.Write(at + into, from);
        }
        else
        {
            if (from.Length < _cluster.Length)
                ReadPiece(entry, cluster << _header.ClusterBits, _cluster);
            from.CopyTo(_cluster.AsSpan(into));
            _file.Write(at, _cluster);
        }
        _mapping.Set(cluster, (ulong)at | QcowMapping.Copied);
        Free(entry);
    }

    private void Free(ulong entry)
    {
        if ((entry & QcowMapping.Compressed) != 0)
        {
            (long at, int bytes) = CompressedPlace(entry);
            long first = at & -(long)_header.ClusterBytes;
            for (long used = first; used < at + bytes; used += _header.ClusterBytes)
                _refcounts.Free(used);
        }
        else if (QcowMapping.OffsetOf(entry) is var old and not 0)
        {
            _refcounts.Free(old);
        }
    }

    private byte[] Unpack(ulong entry, long cluster)
    {
        if (_unpackedFrom == cluster)
            return _unpacked;
        (long at, int bytes) = CompressedPlace(entry);
        byte[] packed = new byte[bytes];
        _file.Read(at, packed);
        _unpackedFrom = -1;
        using (DeflateStream unpacking = new(new MemoryStream(packed), CompressionMode.Decompress))
        {
            if (unpacking.ReadAtLeast(_unpacked, _unpacked.Length, throwOnEndOfStream: false) < _unpacked.Length)
                throw new IOException($"disk '{_file.Path}' is damaged: a compressed cluster ends too soon");
        }
        _unpackedFrom = cluster;
        return _unpacked;
    }

    // An offset, and above it how many further sectors of the file are touched (qcow2.txt, "Compressed Clusters
    // Descriptor").
    private (long At, int Bytes) CompressedPlace(ulong entry)
    {
        int offsetBits = 62 - (_header.ClusterBits - 8);
        long at = (long)(entry & (1ul << offsetBits) - 1);
        int sectors = (int)(entry >> offsetBits & (1ul << 62 - offsetBits) - 1) + 1;
        return (at, sectors * 512 - (int)(at & 511));
    }

    private long Aligned(long offset) => offset % _header.ClusterBytes == 0
        ? offset
        : throw new IOException($"disk '{_file.Path}' is damaged: a cluster at 0x{offset:x}, which is none's start");

    private void ForgetTables()
    {
        if (!_mapping.IsFull)
            return;
        if (_writable)
            Flush();
        _mapping.Forget();
    }

    // Whoever believed that these are free would write over them.
    private void CheckRefcounts()
    {
        long l1End = _header.L1Offset + (long)_header.L1Entries * sizeof(ulong);
        long refcountEnd = _header.RefcountTableOffset + ((long)_header.RefcountTableClusters << _header.ClusterBits);
        try
        {
            if (AreUsed(0, 1) && AreUsed(_header.L1Offset, l1End) && AreUsed(_header.RefcountTableOffset, refcountEnd))
                return;
        }
        catch (IOException)
        {
            // Where they are is wrong as well.
        }
        throw QcowHeader.Refusal(_file, "is damaged: its refcounts are wrong; 'qemu-img check -r all' repairs it");
    }

    private bool AreUsed(long from, long to)
    {
        for (long at = from; at < to; at += _header.ClusterBytes)
        {
            if (_refcounts.Get(at >> _header.ClusterBits) == 0)
                return false;
        }
        return true;
    }
}
