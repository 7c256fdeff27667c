using System.Buffers.Binary;
using System.Text;

namespace Dbt.Runtime.Storage;

/// <summary>
/// The header of a qcow2 image (QEMU: docs/interop/qcow2.txt), version 2 or 3, checked: what does not hold is refused
/// before anything is made of it.
/// </summary>
internal sealed record QcowHeader
{
    /// <summary>What an image begins with.</summary>
    public const uint Magic = 0x514649fb;

    private const int BytesOfVersion2 = 72, BytesOfVersion3 = 104, BytesOfAll = 1 << 9;
    private const int MostL1Bytes = 32 << 20, MostRefcountTableBytes = 8 << 20, LongestName = 1023;
    private const uint FormatExtension = 0xe279_2aca;
    private const ulong Dirty = 1, Corrupt = 2, ExternalData = 4, Compression = 8, LongEntries = 16;

    /// <summary>2 or 3.</summary>
    public required uint Version { get; init; }

    /// <summary>Bytes of a cluster, as a power of two: 9 to 21.</summary>
    public required int ClusterBits { get; init; }

    /// <summary>Bytes of a cluster.</summary>
    public int ClusterBytes => 1 << ClusterBits;

    /// <summary>Bytes of the disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>Entries of the L1 table.</summary>
    public required int L1Entries { get; init; }

    /// <summary>Where the L1 table is.</summary>
    public required long L1Offset { get; init; }

    /// <summary>Where the refcount table is.</summary>
    public required long RefcountTableOffset { get; init; }

    /// <summary>Clusters of the refcount table.</summary>
    public required int RefcountTableClusters { get; init; }

    /// <summary>Bits of a refcount, as a power of two: 0 to 6.</summary>
    public required int RefcountOrder { get; init; }

    /// <summary>Which features are as the header says until somebody writes who does not know them.</summary>
    public required ulong AutoclearFeatures { get; init; }

    /// <summary>The file that this is a layer above, as the image has it; null for none.</summary>
    public required string? BackingName { get; init; }

    /// <summary>The format of that; null for what its first bytes say.</summary>
    public required ImageFormat? BackingFormat { get; init; }

    /// <summary>Reads the header of an image.</summary>
    /// <param name="file">The image.</param>
    /// <param name="writable">Whether it is to be written.</param>
    /// <exception cref="GuestSetupException">It is damaged, or cannot be used.</exception>
    public static QcowHeader Read(ImageFile file, bool writable)
    {
        byte[] bytes = new byte[BytesOfAll];
        file.Read(0, bytes);
        uint version = Word(bytes, 4);
        if (file.Length < BytesOfVersion2 || Word(bytes, 0) != Magic)
            throw Refusal(file, "is no qcow2 image: its first bytes are others");
        if (version is not (2 or 3))
            throw Refusal(file, $"is a qcow2 image of version {version}: 2 and 3 can be used");
        CheckFeatures(file, bytes, version, writable);
        int clusterBits = (int)Math.Min(Word(bytes, 20), 64);
        if (clusterBits is < 9 or > 21)
            throw Refusal(file, $"is damaged: its clusters have 2^{clusterBits} bytes");
        QcowHeader header = new()
        {
            Version = version,
            ClusterBits = clusterBits,
            Bytes = Long(bytes, 24),
            L1Entries = (int)Math.Min(Word(bytes, 36), int.MaxValue),
            L1Offset = Long(bytes, 40),
            RefcountTableOffset = Long(bytes, 48),
            RefcountTableClusters = (int)Math.Min(Word(bytes, 56), int.MaxValue),
            RefcountOrder = version == 2 ? 4 : (int)Math.Min(Word(bytes, 96), 64),
            AutoclearFeatures = version == 2 ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(88)),
            BackingName = ReadBackingName(file, bytes),
            BackingFormat = ReadBackingFormat(file, bytes, version, 1 << clusterBits),
        };
        return header.Check(file);
    }

    /// <summary>A refusal of an image.</summary>
    internal static GuestSetupException Refusal(ImageFile file, string why) => new($"disk '{file.Path}' {why}");

    private static void CheckFeatures(ImageFile file, byte[] bytes, uint version, bool writable)
    {
        if (Word(bytes, 32) != 0)
            throw Refusal(file, "is encrypted, which dbt does not read: 'qemu-img convert' makes an image that is not");
        if (version == 2)
            return;
        ulong features = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(72));
        if ((features & ExternalData) != 0)
            throw Refusal(file, "keeps its data in another file, which dbt does not follow: 'qemu-img convert' makes one that does not");
        if ((features & ~(Dirty | Corrupt | Compression)) != 0)
        {
            string which = (features & LongEntries) != 0 ? "extended L2 entries" : $"features (0x{features:x}) that dbt does not know";
            throw Refusal(file, $"has {which}: 'qemu-img convert -O qcow2' makes one without");
        }
        if ((features & Compression) != 0 && bytes[104] > 0)
            throw Refusal(file, "is compressed by zstd, which dbt does not read: 'qemu-img convert' makes one that is not");
        if ((features & (Dirty | Corrupt)) != 0 && writable)
            throw Refusal(file, "was not closed, or is damaged: 'qemu-img check -r all' repairs it, and ,ro or ,snapshot reads it");
    }

    private QcowHeader Check(ImageFile file)
    {
        long perL1Entry = (long)ClusterBytes * (ClusterBytes / sizeof(ulong));
        if (Bytes < 0 || Bytes % 512 != 0)
            throw Refusal(file, $"is damaged: its disk has {Bytes} bytes, no whole number of sectors");
        if (L1Entries > MostL1Bytes / sizeof(ulong) || L1Entries < (Bytes + perL1Entry - 1) / perL1Entry)
            throw Refusal(file, $"is damaged: an L1 table of {L1Entries} entries does not go with {Bytes} bytes");
        if (!IsInside(file, L1Offset, (long)L1Entries * sizeof(ulong)))
            throw Refusal(file, "is damaged: its L1 table is not inside the file");
        long refcountBytes = (long)RefcountTableClusters << ClusterBits;
        if (refcountBytes is 0 or > MostRefcountTableBytes || !IsInside(file, RefcountTableOffset, refcountBytes))
            throw Refusal(file, "is damaged: its refcount table is not inside the file");
        return RefcountOrder > 6 ? throw Refusal(file, $"is damaged: its refcounts have 2^{RefcountOrder} bits") : this;
    }

    private bool IsInside(ImageFile file, long offset, long bytes) =>
        offset > 0 && offset % ClusterBytes == 0 && offset <= file.Length && bytes <= AlignedEnd(file) - offset;

    // What ends in the last cluster of a file may end behind the file.
    private long AlignedEnd(ImageFile file) => file.Length + ClusterBytes - 1 & -(long)ClusterBytes;

    private static string? ReadBackingName(ImageFile file, byte[] header)
    {
        long offset = Long(header, 8);
        uint length = Word(header, 16);
        if (offset == 0)
            return null;
        if (length > LongestName || offset < 0 || offset > file.Length - length)
            throw Refusal(file, "is damaged: the name of what it is a layer above is not inside the file");
        byte[] name = new byte[length];
        file.Read(offset, name);
        return Encoding.UTF8.GetString(name);
    }

    // Extensions follow the header: type, length, contents, each aligned to 8 bytes (qcow2.txt, "Header extensions").
    private static ImageFormat? ReadBackingFormat(ImageFile file, byte[] header, uint version, int most)
    {
        long at = version == 2 ? BytesOfVersion2 : Math.Clamp(Word(header, 100), BytesOfVersion3, most);
        byte[] extension = new byte[2 * sizeof(uint)];
        while (at <= most - extension.Length)
        {
            file.Read(at, extension);
            (uint type, uint length) = (Word(extension, 0), Word(extension, sizeof(uint)));
            at += extension.Length;
            if (type == 0 || length > most - at)
                return null;
            if (type == FormatExtension)
                return ReadFormat(file, at, length);
            at += length + 7 & ~7u;
        }
        return null;
    }

    private static ImageFormat ReadFormat(ImageFile file, long at, uint length)
    {
        byte[] name = new byte[Math.Min(length, 16)];
        file.Read(at, name);
        return Encoding.ASCII.GetString(name) switch
        {
            "raw" => ImageFormat.Raw,
            "qcow2" => ImageFormat.Qcow2,
            var other => throw Refusal(file, $"is a layer above a file of format '{other}': raw and qcow2 can be used"),
        };
    }

    private static uint Word(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset));

    private static long Long(byte[] bytes, int offset) => BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(offset));
}
