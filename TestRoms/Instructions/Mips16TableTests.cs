using Dbt.Translator;
using Dbt.Translator.Instructions;
using Xunit;
using static Dbt.Translator.Instructions.InstructionFlags;

namespace Dbt.TestRoms.Instructions;

/// <summary>The rows of MIPS16e are consistent: patterns decode, flags say what meanings do, and text is what assemblers take.</summary>
public sealed class Mips16TableTests
{
    private const uint Entry = CpuState.Code | 1;

    public static TheoryData<string> Names => [.. InstructionSet.Mips16Rows.Select(Mips16Cases.NameOf)];

    [Fact]
    public void No_two_rows_have_the_same_name_and_pattern() =>
        Assert.Equal(InstructionSet.Mips16Rows.Count, InstructionSet.Mips16Rows.Select(Mips16Cases.NameOf).Distinct().Count());

    [Fact]
    public void Where_two_rows_match_an_instruction_one_of_them_is_the_more_specific()
    {
        foreach (InstructionRow a in InstructionSet.Mips16Rows)
        {
            foreach (InstructionRow b in InstructionSet.Mips16Rows.Where(b =>
                b != a && b.Bytes == a.Bytes && ((a.Match ^ b.Match) & a.Mask & b.Mask) == 0))
                Assert.True((a.Mask & b.Mask) == a.Mask || (a.Mask & b.Mask) == b.Mask, $"{a.Name} and {b.Name} overlap, and neither lies within the other");
        }
    }

    [Fact]
    public void Every_half_word_is_an_instruction_the_first_half_of_one_or_reserved()
    {
        for (uint half = 0; half <= ushort.MaxValue; half++)
        {
            bool isLong = Mips16Decoder.IsLong(half);
            InstructionRow row = InstructionSet.Find(isLong ? half << 16 | half : half, Entry);
            Assert.Equal(isLong ? 4 : 2, row.Bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_rows_pattern_with_random_fields_decodes_to_that_row_or_a_more_specific_one(string name)
    {
        InstructionRow row = Row(name);
        Assert.All(Words(row), word =>
        {
            InstructionRow found = InstructionSet.Find(word, Entry);
            Assert.True(found == row || uint.PopCount(found.Mask) > uint.PopCount(row.Mask), $"{word:x} is {found.Name}");
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_rows_flags_are_those_its_meaning_shows(string name)
    {
        InstructionRow row = Row(name);
        foreach (uint word in Words(row).Where(word => InstructionSet.Find(word, Entry) == row))
        {
            // A list may be empty.
            InstructionFlags shown = Footprint.Of(word, wideFloat: false, Entry).Flags;
            Assert.Equal(row.Flags, row.Has(RegisterList) ? shown | row.Flags & (Load | Store) : shown);
        }
    }

    [Theory]
    [InlineData(0x4c01, "addiu $a0, 1")]
    [InlineData(0x63ff, "addiu $sp, -8")]
    [InlineData(0x0a04, "addiu $v0, $pc, 0x10")]
    [InlineData(0xb204, "lw $v0, 0x10($pc)")]
    [InlineData(0x9204, "lw $v0, 0x10($sp)")]
    [InlineData(0x6204, "sw $ra, 0x10($sp)")]
    [InlineData(0xf2229a74, "lw $v1, 0x1234($v0)")]
    [InlineData(0x64f4, "save 0x20, $ra, $s1, $s0")]
    [InlineData(0xf10864f4, "save $a0, $a1, 0x20, $ra, $s2, $s1, $s0")]
    [InlineData(0x6470, "restore 0x80, $ra, $s1, $s0")]
    [InlineData(0xf02a6474, "restore $a0, $a1, 0x120, $ra, $s1, $s0, $a3, $a2")]
    [InlineData(0x2203, "beqz $v0, 0x20000808")]
    [InlineData(0xf01f1018, "b 0x1ffff834")]
    [InlineData(0x18000200, "jal 0x20000800")]
    [InlineData(0x1c000200, "jalx 0x20000800")]
    [InlineData(0xe8a0, "jrc $ra")]
    [InlineData(0x3260, "sll $v0, $v1, 8")]
    [InlineData(0xf7c03260, "sll $v0, $v1, 0x1f")]
    [InlineData(0x673f, "move $s1, $ra")]
    [InlineData(0x65f9, "move $ra, $s1")]
    [InlineData(0x6500, "nop")]
    [InlineData(0xe805, "break 0")]
    [InlineData(0xe8ff, ".half 0xe8ff")]
    public void Instructions_read_as_assemblers_take_them(uint word, string text) => Assert.Equal(text, Disassembler.Format(word, Entry));

    private static InstructionRow Row(string name) => InstructionSet.Mips16Rows.Single(row => Mips16Cases.NameOf(row) == name);

    private static IEnumerable<uint> Words(InstructionRow row)
    {
        SeededRandom random = new(row.Pattern);
        for (int i = 0; i < 100; i++)
            yield return Mips16Cases.Word(row, random);
    }
}
