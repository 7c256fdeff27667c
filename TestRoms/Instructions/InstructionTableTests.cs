using Dbt.Translator.Instructions;
using Xunit;
using static Dbt.Translator.Instructions.InstructionFlags;

namespace Dbt.TestRoms.Instructions;

/// <summary>The instruction table is consistent: its patterns decode, and its flags say what its meanings do.</summary>
public sealed class InstructionTableTests
{
    // Hints and barriers: nothing that a program can see.
    private static readonly string[] s_withoutEffect = ["nop", "ssnop", "ehb", "pause", "sync", "pref", "prefx"];

    // A hint, and what is reserved, in coprocessor 1: what they mean shows nothing of it.
    private static readonly string[] s_silentFloat = ["prefx", "cop1", "cop1x"];

    public static TheoryData<string> Names => [.. InstructionSet.Rows.Select(row => row.Name)];

    [Fact]
    public void No_two_rows_have_the_same_name() =>
        Assert.Equal(InstructionSet.Rows.Count, InstructionSet.Rows.Select(row => row.Name).Distinct().Count());

    [Fact]
    public void Where_two_rows_match_a_word_one_of_them_is_the_more_specific()
    {
        InstructionRow[] rows = [.. InstructionSet.Rows.Where(row => row.Mask != 0)];
        foreach (InstructionRow a in rows)
        {
            foreach (InstructionRow b in rows.Where(b => b != a && ((a.Match ^ b.Match) & a.Mask & b.Mask) == 0))
                Assert.True((a.Mask & b.Mask) == a.Mask || (a.Mask & b.Mask) == b.Mask, $"{a.Name} and {b.Name} overlap, and neither lies within the other");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_rows_pattern_with_random_fields_decodes_to_that_row_or_a_more_specific_one(string name)
    {
        if (name == "cop1-unusable")
            return; // Stands for others in a mode; no word is of this row.
        InstructionRow row = Row(name);
        SeededRandom random = new(name);
        for (int i = 0; i < 200; i++)
        {
            uint word = row.Match | random.Word() & ~row.Mask;
            InstructionRow found = InstructionSet.Find(word);
            Assert.True(found == row || uint.PopCount(found.Mask) > uint.PopCount(row.Mask), $"{word:x8} is {found.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_rows_flags_are_those_its_meaning_shows(string name)
    {
        InstructionRow row = Row(name);
        if (row.Mask == 0)
            return;
        foreach (uint word in Words(row))
            Assert.Equal(s_silentFloat.Contains(name) ? row.Flags & ~Float : row.Flags, Footprint.Of(word, wideFloat: true).Flags);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_does_something_unless_it_is_a_hint(string name)
    {
        InstructionRow row = Row(name);
        if (row.Mask == 0)
            return;
        Assert.All(Words(row), word =>
        {
            var footprint = Footprint.Of(word, wideFloat: true);
            bool nothing = footprint with { Flags = footprint.Flags & ~Float } == default;
            Assert.Equal(s_withoutEffect.Contains(name), nothing);
        });
    }

    [Fact]
    public void Only_branches_link_or_are_likely() =>
        Assert.All(InstructionSet.Rows, row => Assert.True(row.Has(Branch) || !row.Has(Likely | Link), row.Name));

    [Fact]
    public void Words_that_are_no_instruction_belong_to_the_row_named_reserved() =>
        Assert.All([0xffff_ffffu, 0x0000_0001u | 1u << 17, 0x7c00_003fu, 0x6000_0000u], word => Assert.Equal("reserved", InstructionSet.Find(word).Name));

    private static InstructionRow Row(string name) => InstructionSet.Rows.Single(row => row.Name == name);

    // Every register field is 8 or more and even, so that nothing vanishes in register 0.
    private static IEnumerable<uint> Words(InstructionRow row)
    {
        SeededRandom random = new(row.Name);
        for (int i = 0; i < 20; i++)
        {
            uint registers = (uint)(8 + random.Below(3)) << 21 | (uint)(16 + random.Below(3)) << 16 | (uint)(24 + random.Below(3)) << 11;
            uint word = row.Match | (random.Word() & 0x7ff | registers) & ~row.Mask;
            if (InstructionSet.Find(word) == row)
                yield return word;
        }
    }
}
