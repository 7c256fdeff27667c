using System.Buffers.Binary;
using System.Text;

namespace Dbt.TestRoms.Loading;

/// <summary>Builds small ELF executables: one segment of 4 KB in the file and 8 KB in memory at file offset 0x1000.</summary>
internal static class ElfFile
{
    public const int SegmentOffset = 0x1000, SegmentBytes = 0x1000;
    private const int Sections = SegmentOffset + SegmentBytes, Symbols = Sections + 0x100, Names = Sections + 0x200;

    public static byte[] Build(
        ushort machine = 8, bool bigEndian = false, bool is64 = false, int segments = 1, ulong entry = 0x8010_0000,
        uint address = 0x8010_0000, uint memoryBytes = 0x2000, bool symbols = false)
    {
        byte[] file = new byte[Sections + 0x300];
        "\u007fELF"u8.CopyTo(file);
        file[4] = is64 ? (byte)2 : (byte)1;
        file[5] = bigEndian ? (byte)2 : (byte)1;
        file[6] = 1;
        Half(16, 2);
        Half(18, machine);
        int headerBytes = is64 ? 64 : 52;
        Wide(24, entry);
        Wide(is64 ? 32 : 28, (ulong)headerBytes);
        Half(is64 ? 54 : 42, is64 ? 56 : 32);
        Half(is64 ? 56 : 44, segments);
        int at = headerBytes;
        Word(at, 1);
        Wide(at + (is64 ? 8 : 4), SegmentOffset);
        Wide(at + (is64 ? 16 : 8), is64 ? (ulong)(int)address : address);
        Wide(at + (is64 ? 24 : 12), is64 ? (ulong)(int)address : address);
        Wide(at + (is64 ? 32 : 16), SegmentBytes);
        Wide(at + (is64 ? 40 : 20), memoryBytes);
        file.AsSpan(SegmentOffset, SegmentBytes).Fill(0x5a);
        if (symbols)
            AddSymbols();
        return file;

        void AddSymbols()
        {
            Word(32, Sections);
            Half(46, 40);
            Half(48, 3);
            Word(Sections + 40 + 4, 2);
            Word(Sections + 40 + 16, Symbols);
            Word(Sections + 40 + 20, 48);
            Word(Sections + 40 + 24, 2);
            Word(Sections + 80 + 4, 3);
            Word(Sections + 80 + 16, Names);
            Word(Sections + 80 + 20, 32);
            Encoding.ASCII.GetBytes("\0start_kernel\0panic\0").CopyTo(file, Names);
            Symbol(Symbols + 16, 14, 0x8010_0100);
            Symbol(Symbols + 32, 1, 0x8010_0000);
        }

        void Symbol(int offset, uint name, uint value)
        {
            Word(offset, name);
            Word(offset + 4, value);
            file[offset + 12] = 2;
            Half(offset + 14, 1);
        }

        void Half(int offset, int value)
        {
            if (bigEndian)
                BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(offset), (ushort)value);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), (ushort)value);
        }

        void Word(int offset, uint value)
        {
            if (bigEndian)
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(offset), value);
            else
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
        }

        void Wide(int offset, ulong value)
        {
            if (is64)
                BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(offset), value);
            else
                Word(offset, (uint)value);
        }
    }
}
