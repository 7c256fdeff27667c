using System.Text;
using Dbt.Runtime.Memory;

namespace Dbt.Tool.Offline;

/// <summary>
/// Writes what lies in a guest's memory as an ELF executable (System V gABI): one segment, and symbols if there are
/// any.
/// </summary>
internal static class ElfFile
{
    private const int HeaderBytes = 52, SegmentHeaderBytes = 32, SectionHeaderBytes = 40, SymbolBytes = 16,
        ContentsAt = 0x1000;
    private const uint Program = 1, Symbols = 2, Strings = 3, AllocatedCode = 6;

    /// <summary>The file.</summary>
    /// <param name="order">The program's byte order.</param>
    /// <param name="entry">Where it is entered.</param>
    /// <param name="start">Virtual address of the segment.</param>
    /// <param name="contents">Its contents.</param>
    /// <param name="memoryBytes">Its size in memory.</param>
    /// <param name="symbols">Symbols, and the parts that are code, each of which becomes a section; null for
    /// none.</param>
    public static byte[] Write(
        ByteOrder order, uint entry, uint start, ReadOnlySpan<byte> contents, uint memoryBytes, KernelSymbols? symbols)
    {
        MemoryStream file = new(), names = new();
        Name(names, "");
        file.Write(new byte[ContentsAt]);
        file.Write(contents);
        Align(file);
        uint symbolsAt = (uint)file.Position;
        WriteSymbols(file, names, order, symbols?.All ?? []);
        uint symbolBytes = (uint)file.Position - symbolsAt;
        List<uint[]> sections = [new uint[SectionHeaderBytes / sizeof(uint)]];
        foreach ((uint from, uint to) in symbols?.Code ?? [])
        {
            sections.Add(
                [Name(names, ".text"), Program, AllocatedCode, from, ContentsAt + from - start, to - from, 0, 0, 4, 0]);
        }
        uint nameSection = (uint)sections.Count + 1;
        sections.Add([Name(names, ".symtab"), Symbols, 0, 0, symbolsAt, symbolBytes, nameSection, 1, 4, SymbolBytes]);
        uint stringsName = Name(names, ".strtab"), stringsAt = (uint)file.Position;
        sections.Add([stringsName, Strings, 0, 0, stringsAt, (uint)names.Length, 0, 0, 1, 0]);
        file.Write(names.ToArray());
        Align(file);
        uint sectionsAt = (uint)file.Position;
        foreach (uint word in sections.SelectMany(section => section))
            Word(file, order, word);

        byte[] image = file.ToArray();
        WriteHeader(image, order, entry, sectionsAt, sections.Count);
        uint[] segment = [1, ContentsAt, start, start, (uint)contents.Length, memoryBytes, 7, ContentsAt];
        for (int i = 0; i < segment.Length; i++)
            order.WriteWord(image.AsSpan(HeaderBytes + sizeof(uint) * i), segment[i]);
        return image;
    }

    private static void WriteHeader(Span<byte> image, ByteOrder order, uint entry, uint sectionsAt, int sections)
    {
        const int Executable = 2, Mips = 8;
        const uint Mips32R2 = 0x7000_0000, O32 = 0x1000;
        "\u007fELF\u0001\u0001\u0001"u8.CopyTo(image);
        if (order == ByteOrder.Big)
            image[5] = 2;
        ReadOnlySpan<(int At, int Value)> halves =
        [
            (16, Executable), (18, Mips), (40, HeaderBytes), (42, SegmentHeaderBytes), (44, 1),
            (46, SectionHeaderBytes),
            (48, sections), (50, sections - 1),
        ];
        foreach ((int at, int value) in halves)
            order.WriteHalf(image[at..], (ushort)value);
        ReadOnlySpan<(int At, uint Value)> words =
            [(20, 1), (24, entry), (28, HeaderBytes), (32, sectionsAt), (36, Mips32R2 | O32)];
        foreach ((int at, uint value) in words)
            order.WriteWord(image[at..], value);
    }

    private static void WriteSymbols(
        MemoryStream file, MemoryStream names, ByteOrder order, IReadOnlyList<KernelSymbol> symbols)
    {
        const byte Global = 1 << 4, Function = 2, Untyped = 0;
        file.Write(new byte[SymbolBytes]);
        Span<byte> section = stackalloc byte[sizeof(ushort)];
        order.WriteHalf(section, 1);
        foreach (KernelSymbol symbol in symbols)
        {
            Word(file, order, Name(names, symbol.Name));
            Word(file, order, symbol.Address);
            Word(file, order, 0);
            file.WriteByte((byte)(Global | (symbol.Type is 't' or 'T' ? Function : Untyped)));
            file.WriteByte(0);
            file.Write(section);
        }
    }

    private static uint Name(MemoryStream names, string name)
    {
        long at = names.Position;
        names.Write(Encoding.Latin1.GetBytes(name + "\0"));
        return (uint)at;
    }

    private static void Word(MemoryStream file, ByteOrder order, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        order.WriteWord(bytes, value);
        file.Write(bytes);
    }

    private static void Align(MemoryStream file)
    {
        while (file.Position % sizeof(uint) != 0)
            file.WriteByte(0);
    }
}
