using System.Buffers.Binary;
using System.Text;

namespace Dbt.Tool.Offline;

/// <summary>Writes what lies in a guest's memory as an ELF executable (System V gABI): one segment, and symbols if there are any.</summary>
internal static class ElfFile
{
    private const int HeaderBytes = 52, SegmentHeaderBytes = 32, SectionHeaderBytes = 40, SymbolBytes = 16, ContentsAt = 0x1000;
    private const uint Program = 1, Symbols = 2, Strings = 3, AllocatedCode = 6;

    /// <summary>The file.</summary>
    /// <param name="entry">Where it is entered.</param>
    /// <param name="start">Virtual address of the segment.</param>
    /// <param name="contents">Its contents.</param>
    /// <param name="memoryBytes">Its size in memory.</param>
    /// <param name="code">The parts that are code, each of which becomes a section.</param>
    /// <param name="symbols">Symbols, empty for none.</param>
    public static byte[] Write(
        uint entry, uint start, ReadOnlySpan<byte> contents, uint memoryBytes,
        IReadOnlyList<(uint Start, uint End)> code, IReadOnlyList<KernelSymbol> symbols)
    {
        using MemoryStream file = new();
        using BinaryWriter writer = new(file);
        MemoryStream names = new();
        uint Name(string name)
        {
            long at = names.Position;
            names.Write(Encoding.Latin1.GetBytes(name + "\0"));
            return (uint)at;
        }
        Name("");
        writer.Write(new byte[ContentsAt]);
        writer.Write(contents);
        Align(writer);
        uint symbolsAt = (uint)file.Position;
        WriteSymbols(writer, symbols, Name);
        List<uint[]> sections = [new uint[SectionHeaderBytes / sizeof(uint)]];
        foreach ((uint from, uint to) in code)
            sections.Add([Name(".text"), Program, AllocatedCode, from, ContentsAt + from - start, to - from, 0, 0, 4, 0]);
        uint nameSection = (uint)sections.Count + 1, symbolBytes = (uint)((symbols.Count + 1) * SymbolBytes);
        sections.Add([Name(".symtab"), Symbols, 0, 0, symbolsAt, symbolBytes, nameSection, 1, 4, SymbolBytes]);
        uint stringsName = Name(".strtab"), stringsAt = (uint)file.Position;
        sections.Add([stringsName, Strings, 0, 0, stringsAt, (uint)names.Length, 0, 0, 1, 0]);
        writer.Write(names.ToArray());
        Align(writer);
        uint sectionsAt = (uint)file.Position;
        foreach (uint word in sections.SelectMany(section => section))
            writer.Write(word);

        byte[] image = file.ToArray();
        WriteHeader(image, entry, sectionsAt, sections.Count);
        WriteSegment(image, [1, ContentsAt, start, start, (uint)contents.Length, memoryBytes, 7, ContentsAt]);
        return image;
    }

    private static void WriteSymbols(BinaryWriter writer, IReadOnlyList<KernelSymbol> symbols, Func<string, uint> nameAt)
    {
        const byte Global = 1 << 4, Function = 2, Untyped = 0;
        writer.Write(new byte[SymbolBytes]);
        foreach (KernelSymbol symbol in symbols)
        {
            writer.Write(nameAt(symbol.Name));
            writer.Write(symbol.Address);
            writer.Write(0u);
            writer.Write((byte)(Global | (symbol.Type is 't' or 'T' ? Function : Untyped)));
            writer.Write((byte)0);
            writer.Write((ushort)1);
        }
    }

    // The last section is that of the names.
    private static void WriteHeader(Span<byte> image, uint entry, uint sectionsAt, int sections)
    {
        const int Executable = 2, Mips = 8;
        const uint Mips32R2 = 0x7000_0000, O32 = 0x1000;
        "\u007fELF\u0001\u0001\u0001"u8.CopyTo(image);
        WriteHalf(image, 16, Executable);
        WriteHalf(image, 18, Mips);
        WriteWord(image, 20, 1);
        WriteWord(image, 24, entry);
        WriteWord(image, 28, HeaderBytes);
        WriteWord(image, 32, sectionsAt);
        WriteWord(image, 36, Mips32R2 | O32);
        WriteHalf(image, 40, HeaderBytes);
        WriteHalf(image, 42, SegmentHeaderBytes);
        WriteHalf(image, 44, 1);
        WriteHalf(image, 46, SectionHeaderBytes);
        WriteHalf(image, 48, sections);
        WriteHalf(image, 50, sections - 1);
    }

    private static void WriteSegment(Span<byte> image, ReadOnlySpan<uint> fields)
    {
        for (int i = 0; i < fields.Length; i++)
            WriteWord(image, HeaderBytes + sizeof(uint) * i, fields[i]);
    }

    private static void WriteHalf(Span<byte> image, int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(image[at..], (ushort)value);

    private static void WriteWord(Span<byte> image, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(image[at..], value);

    private static void Align(BinaryWriter writer)
    {
        while (writer.BaseStream.Position % sizeof(uint) != 0)
            writer.Write((byte)0);
    }
}
