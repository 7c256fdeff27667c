using System.Text;
using Dbt.Runtime.Memory;
using Dbt.Tool.Offline;
using Xunit;

namespace Dbt.TestRoms.Offline;

/// <summary>The symbols that a Linux kernel keeps of itself, found in its memory.</summary>
public sealed class KallsymsTableTests
{
    private const uint Start = 0x8010_0000;
    private const int Count = 300;

    [Theory]
    [InlineData(false, ByteOrder.Little)]
    [InlineData(true, ByteOrder.Little)]
    [InlineData(false, ByteOrder.Big)]
    [InlineData(true, ByteOrder.Big)]
    public void They_are_found_wherever_they_are_with_or_without_their_order_by_name(bool withOrder, ByteOrder order)
    {
        IReadOnlyList<KernelSymbol>? symbols = KallsymsTable.Find(Memory(withOrder, order: order), Start, order);

        Assert.NotNull(symbols);
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => new KernelSymbol(Start + 8 * (uint)i, i % 2 == 0 ? 'T' : 'd', $"symbol_{i}")),
            symbols);
    }

    [Fact]
    public void What_is_damaged_anywhere_is_no_table()
    {
        byte[] memory = Memory(withOrder: false);
        memory[^1] ^= 1;

        Assert.Null(KallsymsTable.Find(memory, Start, ByteOrder.Little));
    }

    [Fact]
    public void Of_a_kernel_that_has_moved_the_table_it_left_behind_does_not_count()
    {
        const uint Moved = Start + 0x1000;
        byte[] memory = [.. Memory(withOrder: false, withCode: true), .. Memory(withOrder: false, Moved, withCode: true)];

        KernelSymbols symbols = KernelSymbols.Find(memory, Start, ByteOrder.Little, [Moved + 8 * 7 + 4])!;

        Assert.Equal("symbol_7+0x4", symbols.At(Moved + 8 * 7 + 4));
        Assert.Equal([(Moved, Moved + 8 * (Count - 1))], symbols.Code);
        Assert.Null(symbols.At(Moved - 4));
        Assert.Null(symbols.At(symbols.Code[0].End));
    }

    // Tokens are single characters but for one, which stands for "symbol_".
    private static byte[] Memory(bool withOrder, uint origin = Start, bool withCode = false, ByteOrder order = ByteOrder.Little)
    {
        const byte Common = 1;
        using MemoryStream memory = new();
        using BinaryWriter writer = new(memory);
        void Word(uint value)
        {
            byte[] bytes = new byte[sizeof(uint)];
            order.WriteWord(bytes, value);
            writer.Write(bytes);
        }
        void Half(ushort value)
        {
            byte[] bytes = new byte[sizeof(ushort)];
            order.WriteHalf(bytes, value);
            writer.Write(bytes);
        }
        void Align()
        {
            while (memory.Position % 4 != 0)
                writer.Write((byte)0);
        }
        writer.Write(new byte[4000]);
        for (int i = 0; i < Count; i++)
            Word(8 * (uint)i);
        Word(origin);
        Word(Count);
        long first = memory.Position;
        List<uint> markers = [];
        for (int i = 0; i < Count; i++)
        {
            if (i % 256 == 0)
                markers.Add((uint)(memory.Position - first));
            byte[] name = withCode && (i is 0 or Count - 1) ? Encoding.ASCII.GetBytes(i == 0 ? "_stext" : "_etext") : [Common, .. Encoding.ASCII.GetBytes($"{i}")];
            byte[] tokens = [(byte)(i % 2 == 0 ? 'T' : 'd'), .. name];
            writer.Write((byte)tokens.Length);
            writer.Write(tokens);
        }
        Align();
        markers.ForEach(Word);
        if (withOrder)
        {
            writer.Write(new byte[3 * Count]);
            Align();
        }
        long tokensAt = memory.Position;
        List<ushort> offsets = [];
        for (int token = 0; token < 256; token++)
        {
            offsets.Add((ushort)(memory.Position - tokensAt));
            writer.Write(token == Common ? "symbol_"u8 : token == 0 ? [] : [(byte)token]);
            writer.Write((byte)0);
        }
        Align();
        offsets.ForEach(Half);
        return memory.ToArray();
    }
}
