using Dbt.Translator;
using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;
using Xunit;

namespace Dbt.TestRoms.Translation;

/// <summary>Where branches lead.</summary>
public sealed class BranchTargetsTests
{
    private const uint Pc = 0x8010_0000;

    [Theory]
    [InlineData(0x1085_0003, "beq $a0, $a1, 0x80100010")]
    [InlineData(0x1485_0003, "bne $a0, $a1, 0x80100010")]
    [InlineData(0x1880_0003, "blez $a0, 0x80100010")]
    [InlineData(0x1c80_0003, "bgtz $a0, 0x80100010")]
    [InlineData(0x0480_0003, "bltz $a0, 0x80100010")]
    [InlineData(0x0481_0003, "bgez $a0, 0x80100010")]
    [InlineData(0x4500_0003, "bc1f 0x80100010")]
    [InlineData(0x4505_0003, "bc1t $fcc1, 0x80100010")]
    [InlineData(0x5085_0003, "beql $a0, $a1, 0x80100010")]
    [InlineData(0x5485_0003, "bnel $a0, $a1, 0x80100010")]
    [InlineData(0x5880_0003, "blezl $a0, 0x80100010")]
    [InlineData(0x5c80_0003, "bgtzl $a0, 0x80100010")]
    [InlineData(0x0482_0003, "bltzl $a0, 0x80100010")]
    [InlineData(0x0483_0003, "bgezl $a0, 0x80100010")]
    [InlineData(0x4502_0003, "bc1fl 0x80100010")]
    [InlineData(0x4503_0003, "bc1tl 0x80100010")]
    public void A_conditional_branch_leads_to_its_target_or_behind_its_delay_slot(uint word, string text)
    {
        Assert.Equal(text, Disassembler.Format(word, Pc));
        Assert.Equal(new BranchTargets(Pc + 16, FallsThrough: true, IsCall: false, IsSwitch: false), BranchTargets.Of(word, Pc));
    }

    [Theory]
    [InlineData(0x0490_0003, "bltzal $a0, 0x80100010")]
    [InlineData(0x0491_0003, "bgezal $a0, 0x80100010")]
    [InlineData(0x0492_0003, "bltzall $a0, 0x80100010")]
    [InlineData(0x0493_0003, "bgezall $a0, 0x80100010")]
    public void A_conditional_branch_that_links_is_a_call_that_may_not_be_made(uint word, string text)
    {
        Assert.Equal(text, Disassembler.Format(word, Pc));
        Assert.Equal(new BranchTargets(Pc + 16, FallsThrough: true, IsCall: true, IsSwitch: false), BranchTargets.Of(word, Pc));
    }

    [Theory]
    [InlineData(0x1000_0003, "beq $zero, $zero, 0x80100010")]
    [InlineData(0x1084_0003, "beq $a0, $a0, 0x80100010")]
    [InlineData(0x5084_0003, "beql $a0, $a0, 0x80100010")]
    [InlineData(0x0401_0003, "bgez $zero, 0x80100010")]
    [InlineData(0x0403_0003, "bgezl $zero, 0x80100010")]
    [InlineData(0x1800_0003, "blez $zero, 0x80100010")]
    public void A_branch_on_what_always_holds_leads_to_its_target_only(uint word, string text)
    {
        Assert.Equal(text, Disassembler.Format(word, Pc));
        Assert.Equal(new BranchTargets(Pc + 16, FallsThrough: false, IsCall: false, IsSwitch: false), BranchTargets.Of(word, Pc));
    }

    [Theory]
    [InlineData(0x0411_0003, "bgezal $zero, 0x80100010")]
    [InlineData(0x0413_0003, "bgezall $zero, 0x80100010")]
    [InlineData(0x0c04_0004, "jal 0x80100010")]
    public void BAL_and_JAL_are_calls_that_are_always_made(uint word, string text)
    {
        Assert.Equal(text, Disassembler.Format(word, Pc));
        Assert.Equal(new BranchTargets(Pc + 16, FallsThrough: false, IsCall: true, IsSwitch: false), BranchTargets.Of(word, Pc));
    }

    [Theory]
    [InlineData(0x1484_0003, "bne $a0, $a0, 0x80100010")]
    [InlineData(0x0400_0003, "bltz $zero, 0x80100010")]
    [InlineData(0x1c00_0003, "bgtz $zero, 0x80100010")]
    public void A_branch_that_is_never_taken_goes_on_behind_its_delay_slot(uint word, string text)
    {
        Assert.Equal(text, Disassembler.Format(word, Pc));
        Assert.True(BranchTargets.Of(word, Pc).FallsThrough);
    }

    [Theory]
    [InlineData(0x1485_ffff, Pc)]
    [InlineData(0x1485_fffd, Pc - 8)]
    [InlineData(0x1485_8000, Pc + 4 - 0x2_0000)]
    [InlineData(0x1485_7fff, Pc + 4 + 0x1_fffc)]
    [InlineData(0x0490_fffd, Pc - 8)]
    public void Offsets_are_signed_and_count_words_from_the_delay_slot(uint word, uint target) =>
        Assert.Equal(target, BranchTargets.Of(word, Pc).Target);

    [Theory]
    [InlineData(0x0800_0000, 0x8fff_fff8, 0x8000_0000)]
    [InlineData(0x0800_0000, 0x8fff_fffc, 0x9000_0000)]
    [InlineData(0x0bff_ffff, 0x8fff_fff8, 0x8fff_fffc)]
    [InlineData(0x0bff_ffff, 0x8fff_fffc, 0x9fff_fffc)]
    [InlineData(0x0c00_0001, 0x0000_0000, 0x0000_0004)]
    [InlineData(0x0800_0000, 0xffff_fff8, 0xf000_0000)]
    [InlineData(0x0800_0000, 0xffff_fffc, 0x0000_0000)]
    public void Jumps_stay_within_the_256_MB_of_their_delay_slot(uint word, uint pc, uint target) =>
        Assert.Equal(target, BranchTargets.Of(word, pc).Target);

    [Theory]
    [InlineData(0x1485_0001, 0xffff_fff8, 0x0000_0000)]
    [InlineData(0x1485_fffe, 0x0000_0000, 0xffff_fffc)]
    public void Branches_wrap_at_the_ends_of_the_address_space(uint word, uint pc, uint target) =>
        Assert.Equal(target, BranchTargets.Of(word, pc).Target);

    [Theory]
    [InlineData(0x03e0_0008, "jr $ra")]
    [InlineData(0x03e0_0408, "jr.hb $ra")]
    public void A_jump_to_register_31_is_a_return_and_nobody_knows_where_to(uint word, string text)
    {
        Assert.Equal(text, Disassembler.Format(word, Pc));
        Assert.Equal(new BranchTargets(null, FallsThrough: false, IsCall: false, IsSwitch: false), BranchTargets.Of(word, Pc));
    }

    [Theory]
    [InlineData(0x0320_0008, "jr $t9")]
    [InlineData(0x0320_0408, "jr.hb $t9")]
    public void A_jump_to_any_other_register_looks_like_a_switch(uint word, string text)
    {
        Assert.Equal(text, Disassembler.Format(word, Pc));
        Assert.Equal(new BranchTargets(null, FallsThrough: false, IsCall: false, IsSwitch: true), BranchTargets.Of(word, Pc));
    }

    [Theory]
    [InlineData(0x0320_f809, "jalr $t9")]
    [InlineData(0x0320_1009, "jalr $v0, $t9")]
    [InlineData(0x0320_fc09, "jalr.hb $t9")]
    public void A_call_through_a_register_is_a_call_to_nobody_knows_where(uint word, string text)
    {
        Assert.Equal(text, Disassembler.Format(word, Pc));
        Assert.Equal(new BranchTargets(null, FallsThrough: false, IsCall: true, IsSwitch: false), BranchTargets.Of(word, Pc));
    }

    [Fact]
    public void Every_branch_of_the_table_leads_somewhere_in_its_words_own_terms() =>
        Assert.All(InstructionSet.Rows.Where(row => row.Has(InstructionFlags.Branch)), row =>
        {
            bool names = row.Operands.Contains(OperandForm.Branch) || row.Operands.Contains(OperandForm.Jump);
            Assert.Equal(names, BranchTargets.Of(row.Match | 8 << 21 & ~row.Mask, Pc).Target is not null);
        });
}
