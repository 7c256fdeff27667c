using Dbt.Hypervisor.Privileged;
using Dbt.Translator;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Privileged;

/// <summary>What KVM wrote over the instructions it patched.</summary>
public sealed class KvmReplacementTests
{
    [Theory]
    [InlineData(0x4008_6000, "mfc0 $t0, $12, 0", "lw $t0, 0x4180($zero)")]
    [InlineData(0x4009_8001, "mfc0 $t1, $16, 1", "lw $t1, 0x4204($zero)")]
    [InlineData(0x4088_7000, "mtc0 $t0, $14, 0", "sw $t0, 0x41c0($zero)")]
    [InlineData(0x4008_d000, "mfc0 $t0, $26, 0", "add $t0, $zero, $zero")]
    [InlineData(0xbc40_0020, "cache 0, 0x20($v0)", "nop")]
    [InlineData(0xbc41_0020, "cache 1, 0x20($v0)", "nop")]
    [InlineData(0xbc50_0020, "cache 0x10, 0x20($v0)", "synci 0x20($v0)")]
    [InlineData(0xbc55_fff0, "cache 0x15, -0x10($v0)", "synci -0x10($v0)")]
    public void A_move_becomes_an_access_to_the_register_page_and_a_cache_operation_nothing_or_a_synci(uint word, string before, string after)
    {
        Assert.Equal(before, Disassembler.Format(word, 0));
        Assert.Equal(after, Disassembler.Format(KvmReplacement.Of(new Instruction(word), 0x4000), 0));
    }

    [Theory]
    [InlineData(0x4008_6000, "lw $t0, -0x3e80($zero)")]
    [InlineData(0x4088_7000, "sw $t0, -0x3e40($zero)")]
    public void Elsewhere_the_register_page_is_at_the_end_of_the_address_space(uint word, string after) =>
        Assert.Equal(after, Disassembler.Format(KvmReplacement.Of(new Instruction(word), 0xffff_c000), 0));
}
