using Dbt.Translator.Regions;
using Xunit;
using static Dbt.TestRoms.Translation.CodeSequence;

namespace Dbt.TestRoms.Translation;

/// <summary>What a region is made of.</summary>
public sealed class RegionBuilderTests
{
    private const uint Nop = 0, Increment = 0x2484_0001, Return = 0x03e0_0008, ReadStatus = 0x4008_6000;

    [Fact]
    public void Straight_code_is_one_block_up_to_where_it_may_be_read()
    {
        Region region = Build(new CodeSequence(Increment, Increment, Increment));

        Assert.Equal([(0, 3)], BlocksOf(region));
        Assert.False(region.Blocks[0].EndsInBranch);
        Assert.Equal((At(0), 3), (region.Entry, region.InstructionCount));
    }

    [Fact]
    public void There_is_no_region_where_nothing_may_be_read() => Assert.Null(new RegionBuilder().Build(At(0), new CodeSequence()));

    [Fact]
    public void Nor_where_the_first_instruction_is_a_branch_whose_delay_slot_may_not() =>
        Assert.Null(new RegionBuilder().Build(At(0), new CodeSequence(Return)));

    [Fact]
    public void A_block_ends_with_a_branch_and_its_delay_slot()
    {
        Region region = Build(new CodeSequence(Increment, Return, Increment, Increment));

        Assert.Equal([(0, 3)], BlocksOf(region));
        Assert.True(region.Blocks[0].EndsInBranch);
    }

    [Fact]
    public void A_branch_whose_delay_slot_may_not_be_read_is_no_part_of_it()
    {
        Region region = Build(new CodeSequence(Increment, Increment, Return));

        Assert.Equal([(0, 2)], BlocksOf(region));
        Assert.False(region.Blocks[0].EndsInBranch);
    }

    [Fact]
    public void A_branch_with_another_in_its_delay_slot_is_no_part_of_it() =>
        Assert.Equal([(0, 1)], BlocksOf(Build(new CodeSequence(Increment, Return, Return, Nop))));

    [Fact]
    public void A_loop_is_part_of_it_with_what_follows_it() =>
        Assert.Equal([(0, 3), (3, 2)], BlocksOf(Build(Loop())));

    [Fact]
    public void Code_that_is_not_warm_is_no_part_of_it() =>
        Assert.Equal([(0, 3)], BlocksOf(Build(Loop(cold: At(3)))));

    [Fact]
    public void The_entry_need_not_be_warm() =>
        Assert.Equal([(0, 3), (3, 2)], BlocksOf(Build(Loop(cold: At(0)))));

    [Fact]
    public void Both_ways_of_a_branch_are_part_of_it_and_the_way_on_comes_next()
    {
        Region region = Build(new CodeSequence(
            0x1085_0003, // beq a0, a1, 4
            Nop,
            Increment,
            Increment,
            Return,      // 4:
            Nop));

        Assert.Equal([(0, 2), (2, 2), (4, 2)], BlocksOf(region));
    }

    [Fact]
    public void A_block_ends_before_an_instruction_that_a_later_branch_leads_to() =>
        Assert.Equal([(0, 1), (1, 3), (4, 2)], BlocksOf(Build(new CodeSequence(
            Increment,
            Increment,   // 1:
            0x1485_fffe, // bne a0, a1, 1
            Nop,
            Return,
            Nop))));

    [Fact]
    public void What_is_jumped_over_is_no_part_of_it() =>
        Assert.Equal([(0, 2), (4, 2)], BlocksOf(Build(new CodeSequence(
            0x0804_0004, // j 4
            Nop,
            Increment,
            Increment,
            Return,      // 4:
            Nop))));

    [Fact]
    public void What_is_behind_a_branch_that_is_always_taken_is_no_part_of_it() =>
        Assert.Equal([(0, 2), (3, 2)], BlocksOf(Build(new CodeSequence(
            0x1000_0002, // b 3
            Nop,
            Increment,
            Return,      // 3:
            Nop))));

    [Fact]
    public void A_call_brings_a_small_callee_with_it_and_what_is_behind_the_call() =>
        Assert.Equal([(0, 2), (4, 2), (2, 2)], BlocksOf(Build(Call())));

    [Fact]
    public void It_ends_with_a_call_whose_callee_is_not_to_be_part_of_it()
    {
        Assert.Equal([(0, 2)], BlocksOf(Build(Call(hasSmallCallees: false))));
        Assert.Equal([(0, 2)], BlocksOf(Build(Call(cold: At(4)))));
    }

    [Theory]
    [InlineData(0x0490_0003)] // bltzal a0, 4
    [InlineData(0x0491_0003)] // bgezal a0, 4
    [InlineData(0x0320_f809)] // jalr   t9
    public void It_ends_with_a_call_that_may_not_be_made_or_leads_anywhere(uint call) =>
        Assert.Equal([(0, 2)], BlocksOf(Build(Call(call))));

    [Fact]
    public void A_call_through_a_register_brings_the_few_callees_with_it_that_it_has_had()
    {
        Region one = Build(Call(call: 0x0320_f809, likely: [At(4)])), two = Build(Call(call: 0x0320_f809, likely: [At(4), At(5)]));

        Assert.Equal([(0, 2), (4, 2), (2, 2)], BlocksOf(one));
        Assert.Equal([At(4)], one.Blocks[0].LikelyTargets);
        Assert.Equal([(0, 2), (5, 1), (4, 2), (2, 2)], BlocksOf(two));
    }

    [Fact]
    public void A_jump_through_a_register_brings_along_where_it_has_led() =>
        Assert.Equal([(0, 2), (4, 2)], BlocksOf(Build(new CodeSequence(0x0320_0008, Nop, Nop, Nop, Return, Nop) { Likely = [At(4)] })));

    [Fact]
    public void No_block_lies_on_two_pages_that_may_be_remapped_each_by_itself()
    {
        Assert.Equal([(0, 100), (100, 100), (200, 100)], BlocksOf(Build(new CodeSequence(Straight(2000)) { IsMapped = true })));
        var end = new CodeSequence(Straight(2000)) { IsMapped = true };
        Region region = new RegionBuilder().Build(At(1000), end)!;
        Assert.Equal([(1000, 24), (1024, 100), (1124, 100), (1224, 100)], BlocksOf(region));
        Assert.Equal([Region.PageOf(At(1024))], region.FurtherPages);
    }

    [Fact]
    public void It_ends_with_a_return_wherever_computed_jumps_have_led()
    {
        Region region = Build(new CodeSequence(Return, Nop, Increment, Return, Nop) { ComputedTargets = [At(2)] });

        Assert.Equal([(0, 2)], BlocksOf(region));
        Assert.Empty(region.ComputedTargets);
    }

    [Fact]
    public void It_goes_on_where_a_switch_is_likely_to_lead()
    {
        Region region = Build(Switch());

        Assert.Equal([(0, 2), (4, 2), (2, 2)], BlocksOf(region));
        Assert.Equal([At(2), At(4)], region.ComputedTargets.Order());
    }

    [Fact]
    public void Only_where_that_is_warm()
    {
        Region region = Build(Switch(cold: At(2)));

        Assert.Equal([(0, 2), (4, 2)], BlocksOf(region));
        Assert.Equal([At(4)], region.ComputedTargets);
    }

    [Fact]
    public void A_block_of_100_instructions_is_cut_and_goes_on_in_the_next() =>
        Assert.Equal([(0, 100), (100, 50)], BlocksOf(Build(new CodeSequence(Straight(150)))));

    [Fact]
    public void It_takes_no_more_blocks_once_it_has_240_instructions() =>
        Assert.Equal([(0, 100), (100, 100), (200, 100)], BlocksOf(Build(new CodeSequence(Straight(1000)))));

    [Fact]
    public void A_region_of_one_block_is_the_block_at_its_entry()
    {
        Assert.Equal([(0, 3)], BlocksOf(new RegionBuilder(isOneBlock: true).Build(At(0), Loop())));
        Assert.Equal([(0, 2)], BlocksOf(new RegionBuilder(isOneBlock: true).Build(At(0), Call())));
        Assert.Equal([(0, 100)], BlocksOf(new RegionBuilder(isOneBlock: true).Build(At(0), new CodeSequence(Straight(1000)))));
    }

    [Fact]
    public void It_knows_which_sensitive_instructions_still_trap()
    {
        var code = new CodeSequence(ReadStatus, Increment, ReadStatus, Return, Nop);
        Assert.Equal([At(0), At(2)], Build(code).Traps.Order());

        code.Patched.Add(At(2));
        Assert.Equal([At(0)], Build(code).Traps);
    }

    [Theory]
    [InlineData(0x4624_1080, true)]  // add.d f2, f2, f4
    [InlineData(0x0089_1001, true)]  // movt  v0, a0, fcc2
    [InlineData(0xc482_0000, true)]  // lwc1  f2, 0(a0)
    [InlineData(0x8c82_0000, false)] // lw    v0, 0(a0)
    public void It_knows_whether_it_needs_floating_point(uint word, bool does) =>
        Assert.Equal(does, Build(new CodeSequence(Increment, word, Return, Nop)).UsesFloat);

    [Fact]
    public void It_is_as_it_was_until_a_word_of_it_changes()
    {
        var code = new CodeSequence(Increment, Increment, Return, Nop, Increment);
        Region region = Build(code);
        Assert.True(RegionBuilder.IsAsItWas(region, code));

        code[4] = Nop;
        Assert.True(RegionBuilder.IsAsItWas(region, code));
        code[3] = Increment;
        Assert.False(RegionBuilder.IsAsItWas(region, code));
    }

    [Fact]
    public void It_is_as_it_was_until_a_trap_of_it_is_patched()
    {
        var code = new CodeSequence(ReadStatus, Return, Nop);
        Region region = Build(code);
        Assert.True(RegionBuilder.IsAsItWas(region, code));

        code.Patched.Add(At(0));
        Assert.False(RegionBuilder.IsAsItWas(region, code));
    }

    [Fact]
    public void It_contains_the_instructions_of_its_blocks_and_no_others()
    {
        Region region = Build(Call());

        Assert.All(Enumerable.Range(0, 6), index => Assert.True(region.Contains(At(index))));
        Assert.False(region.Contains(At(-1)));
        Assert.False(region.Contains(At(6)));
        Assert.False(Build(Loop(cold: At(3))).Contains(At(3)));
    }

    private static CodeSequence Loop(params uint[] cold) => new(
        Increment,   // 0:
        0x1485_fffe, // bne a0, a1, 0
        Nop,
        Return,
        Nop)
    {
        Cold = cold,
    };

    private static CodeSequence Call(uint call = 0x0c04_0004, bool hasSmallCallees = true, uint[]? likely = null, params uint[] cold) => new(
        call,        // jal 4
        Nop,
        Return,
        Nop,
        Return,      // 4:
        Increment)
    {
        HasSmallCallees = hasSmallCallees,
        Likely = likely ?? [],
        Cold = cold,
    };

    private static CodeSequence Switch(params uint[] cold) => new(
        0x0320_0008, // jr t9
        Nop,
        Return,      // 2:
        Nop,
        Return,      // 4:
        Nop)
    {
        ComputedTargets = [At(2), At(4)],
        Cold = cold,
    };

    private static uint[] Straight(int count) => [.. Enumerable.Repeat(Increment, count)];

    private static Region Build(CodeSequence code) => new RegionBuilder().Build(At(0), code)!;

    // Where the blocks begin and how long they are, in instructions.
    private static IEnumerable<(int, int)> BlocksOf(Region? region) =>
        region!.Blocks.Select(block => ((int)(block.Pc - Start) / 4, block.Words.Count));
}
