using System.Text;
using Dbt.Translator.Emission;
using Dbt.Translator.Patches;
using Dbt.Translator.Regions;

namespace Dbt.Runtime.Persistence;

/// <summary>
/// The file of saved regions, and the name and checksum of the image with their code. What does not read as one, to the
/// last byte, is no archive.
/// </summary>
/// <param name="Key">What the regions are for.</param>
/// <param name="Image">File name of the image, in the same folder; empty while there is none.</param>
/// <param name="ImageChecksum">The image's checksum.</param>
/// <param name="Regions">The regions: the code of the n-th is the n-th method of the image.</param>
public sealed record Archive(ArchiveKey Key, string Image, uint ImageChecksum, IReadOnlyList<SavedRegion> Regions)
{
    /// <summary>The most regions an archive keeps.</summary>
    public const int MostRegions = 8192;

    private const uint Magic = 0x3154_4244;
    private const int MostBlocks = 4096;

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(0u);
        writer.Write(Key.Text);
        Key.Write(writer);
        writer.Write(Image);
        writer.Write(ImageChecksum);
        writer.Write(Regions.Count);
        foreach (SavedRegion region in Regions)
            Write(writer, region);
        byte[] bytes = stream.ToArray();
        BitConverter.TryWriteBytes(bytes.AsSpan(4), Checksum.Of(bytes.AsSpan(8)));
        return bytes;
    }

    /// <summary>Reads a file; null if it is none of this build's, or not for <paramref name="key"/>.</summary>
    // Contexts are compared with the engine's, whose patches are these.
    public static Archive? Read(byte[] bytes, ArchiveKey key) =>
        Read(bytes, _ => key.Patches) is { } archive && archive.Key.Text == key.Text ? archive : null;

    /// <summary>Reads a file, whatever it is for; null if it is none of this build's.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="patchesOf">Makes patches of their bytes.</param>
    public static Archive? Read(byte[] bytes, Func<byte[], IPatches?> patchesOf)
    {
        if (bytes.Length < 8 || BitConverter.ToUInt32(bytes) != Magic
            || BitConverter.ToUInt32(bytes, 4) != Checksum.Of(bytes.AsSpan(8)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes, 8, bytes.Length - 8), Encoding.UTF8);
        try
        {
            string text = reader.ReadString();
            var key = ArchiveKey.Read(reader, patchesOf);
            if (text != key.Text)
                return null;
            string image = reader.ReadString();
            uint checksum = reader.ReadUInt32();
            var regions = new SavedRegion[Limited(reader.ReadInt32(), MostRegions)];
            for (int i = 0; i < regions.Length; i++)
                regions[i] = ReadRegion(reader, key);
            return reader.BaseStream.Position == reader.BaseStream.Length
                ? new Archive(key, image, checksum, regions)
                : null;
        }
        catch (Exception failure) when (failure is IOException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>A region as the file has it: equal where the code would be.</summary>
    public static byte[] Describe(Region region, TranslationContext context)
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Write(writer, new SavedRegion(region, context, 0));
        return stream.ToArray();
    }

    private static void Write(BinaryWriter writer, SavedRegion saved)
    {
        TranslationContext context = saved.Context;
        writer.Write((byte)context.Bases);
        writer.Write((byte)context.Float);
        writer.Write(context.Float64);
        writer.Write(context.Patches is not null);
        writer.Write((ushort)saved.LinkCount);
        writer.Write(saved.Region.UsesFloat);
        Write(writer, saved.Region.Traps);
        Write(writer, saved.Region.ComputedTargets);
        writer.Write((ushort)saved.Region.Blocks.Count);
        foreach (RegionBlock block in saved.Region.Blocks)
        {
            writer.Write(block.Pc);
            writer.Write(block.EndsInBranch);
            writer.Write((byte)block.LikelyTargets.Count);
            foreach (uint likely in block.LikelyTargets)
                writer.Write(likely);
            writer.Write((ushort)block.Words.Count);
            foreach (uint word in block.Words)
                writer.Write(word);
        }
    }

    private static SavedRegion ReadRegion(BinaryReader reader, ArchiveKey key)
    {
        var bases = (BaseExpectation)reader.ReadByte();
        var floatMode = (FloatMode)reader.ReadByte();
        bool float64 = reader.ReadBoolean(), patched = reader.ReadBoolean();
        int links = reader.ReadUInt16();
        bool usesFloat = reader.ReadBoolean();
        HashSet<uint> traps = ReadAddresses(reader), computedTargets = ReadAddresses(reader);
        var blocks = new RegionBlock[Limited(reader.ReadUInt16(), MostBlocks)];
        for (int i = 0; i < blocks.Length; i++)
        {
            uint pc = reader.ReadUInt32();
            bool endsInBranch = reader.ReadBoolean();
            var likely = new uint[reader.ReadByte()];
            for (int j = 0; j < likely.Length; j++)
                likely[j] = reader.ReadUInt32();
            var words = new uint[Limited(reader.ReadUInt16(), MostBlocks)];
            for (int j = 0; j < words.Length; j++)
                words[j] = reader.ReadUInt32();
            blocks[i] = new RegionBlock(pc, words, endsInBranch) { LikelyTargets = likely };
        }
        if (blocks.Length == 0)
            throw new InvalidDataException();
        return new SavedRegion(
            new Region(blocks, traps, usesFloat, computedTargets),
            new TranslationContext(
                bases, floatMode, float64, key.Window, patched ? key.Patches : null, key.IsBigEndian),
            links);
    }

    private static void Write(BinaryWriter writer, IReadOnlySet<uint> addresses)
    {
        writer.Write((ushort)addresses.Count);
        foreach (uint address in addresses.Order())
            writer.Write(address);
    }

    private static HashSet<uint> ReadAddresses(BinaryReader reader)
    {
        var addresses = new HashSet<uint>();
        for (int count = reader.ReadUInt16(); count > 0; count--)
            addresses.Add(reader.ReadUInt32());
        return addresses;
    }

    private static int Limited(int count, int most) =>
        count >= 0 && count <= most ? count : throw new InvalidDataException();
}
