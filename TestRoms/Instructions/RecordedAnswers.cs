using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Dbt.Runtime.Memory;

namespace Dbt.TestRoms.Instructions;

/// <summary>
/// Answers to cases: as TestRoms/oracle/cpu/record.sh gives them, and as they are kept, compressed, in groups with a name and
/// the hash of the cases they answer. There is a file of them for each byte order.
/// </summary>
internal static class RecordedAnswers
{
    /// <summary>The file of a byte order, in TestRoms/oracle/cpu.</summary>
    public static string FileOf(ByteOrder order) => order == ByteOrder.Big ? "answers-be.gz" : "answers.gz";

    /// <summary>The kept answers, by group.</summary>
    public static IReadOnlyDictionary<string, (ulong CasesHash, CpuAnswer[] Answers)> Read(ByteOrder order)
    {
        Dictionary<string, (ulong, CpuAnswer[])> groups = [];
        using MemoryStream memory = new(Decompress(order));
        using BinaryReader reader = new(memory, Encoding.UTF8);
        while (memory.Position < memory.Length)
        {
            string name = reader.ReadString();
            ulong hash = reader.ReadUInt64();
            CpuAnswer[] answers = new CpuAnswer[reader.ReadInt32()];
            for (int i = 0; i < answers.Length; i++)
                answers[i] = ReadAnswer(reader);
            groups.Add(name, (hash, answers));
        }
        return groups;
    }

    /// <summary>The kept answers as bytes; none if nothing was ever recorded.</summary>
    public static byte[] Decompress(ByteOrder order)
    {
        using Stream? resource = typeof(RecordedAnswers).Assembly.GetManifestResourceStream($"cpu-{FileOf(order)}");
        using MemoryStream memory = new();
        if (resource is not null)
        {
            using GZipStream gzip = new(resource, CompressionMode.Decompress);
            gzip.CopyTo(memory);
        }
        return memory.ToArray();
    }

    /// <summary>What to keep of the recorder's output.</summary>
    public static byte[] Group(IReadOnlyList<CpuCaseGroup> groups, byte[] recorded)
    {
        using MemoryStream source = new(recorded);
        using BinaryReader reader = new(source);
        using MemoryStream kept = new();
        using BinaryWriter writer = new(kept, Encoding.UTF8);
        foreach (CpuCaseGroup group in groups)
        {
            writer.Write(group.Name);
            writer.Write(Hash(group));
            writer.Write(group.Cases.Count);
            long start = source.Position;
            foreach (CpuCase _ in group.Cases)
                ReadAnswer(reader);
            writer.Write(recorded.AsSpan((int)start, (int)(source.Position - start)));
        }
        return kept.ToArray();
    }

    /// <summary>Compresses what is to be kept.</summary>
    public static byte[] Compress(byte[] kept)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(kept);
        return compressed.ToArray();
    }

    /// <summary>The recorder's input.</summary>
    public static byte[] Input(IReadOnlyList<CpuCaseGroup> groups)
    {
        List<uint> words = [.. CpuState.Baseline];
        foreach (CpuCaseGroup group in groups)
            Append(words, group);
        return Bytes(words);
    }

    /// <summary>The recorder's output for so many cases.</summary>
    public static CpuAnswer[] Read(byte[] recorded, int cases)
    {
        using MemoryStream memory = new(recorded);
        using BinaryReader reader = new(memory);
        return [.. Enumerable.Range(0, cases).Select(_ => ReadAnswer(reader))];
    }

    /// <summary>FNV-1a of a group's cases, word by word.</summary>
    public static ulong Hash(CpuCaseGroup group)
    {
        List<uint> words = [];
        Append(words, group);
        return words.Aggregate(0xcbf2_9ce4_8422_2325, (hash, value) => (hash ^ value) * 0x100_0000_01b3);
    }

    private static void Append(List<uint> words, CpuCaseGroup group)
    {
        const uint Mips16 = 0x80;
        uint[] code = [];
        foreach (CpuCase test in group.Cases)
        {
            bool same = test.Code.AsSpan().SequenceEqual(code);
            words.Add(
                (same ? 0 : (uint)test.Code.Length) | (test.IsMips16 ? Mips16 : 0) | (uint)test.Changes.Length << 8);
            if (!same)
                words.AddRange(test.Code);
            code = test.Code;
            foreach ((int index, uint value) in test.Changes)
                words.AddRange([(uint)index, value]);
        }
    }

    private static byte[] Bytes(List<uint> words)
    {
        byte[] bytes = new byte[4 * words.Count];
        for (int i = 0; i < words.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }

    private static CpuAnswer ReadAnswer(BinaryReader reader)
    {
        int signal = reader.ReadByte();
        uint pc = CpuState.CodePage + reader.ReadUInt32();
        (int, uint)[] changes = new (int, uint)[reader.ReadByte()];
        for (int i = 0; i < changes.Length; i++)
            changes[i] = (reader.ReadByte(), reader.ReadUInt32());
        return new CpuAnswer(signal, pc, changes);
    }
}
