using Dbt.Translator;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>What chosen instructions read and write.</summary>
public sealed class FootprintTests
{
    [Theory]
    [InlineData(0x00851021, "addu $v0, $a0, $a1", "$a0 $a1", "$v0")]
    [InlineData(0x00001021, "addu $v0, $zero, $zero", "", "$v0")]
    [InlineData(0x00850021, "addu $zero, $a0, $a1", "$a0 $a1", "")]
    [InlineData(0x0085100a, "movz $v0, $a0, $a1", "$v0 $a0 $a1", "$v0")]
    [InlineData(0x7c821804, "ins $v0, $a0, 0, 4", "$v0 $a0", "$v0")]
    [InlineData(0x3c028000, "lui $v0, 0x8000", "", "$v0")]
    [InlineData(0x00850018, "mult $a0, $a1", "$a0 $a1", "hi lo")]
    [InlineData(0x70850000, "madd $a0, $a1", "$a0 $a1 hi lo", "hi lo")]
    [InlineData(0x00001010, "mfhi $v0", "hi", "$v0")]
    [InlineData(0x8fbf001c, "lw $ra, 0x1c($sp)", "$sp", "$ra")]
    [InlineData(0x8880fffd, "lwl $zero, -3($a0)", "$a0", "")]
    [InlineData(0x88820003, "lwl $v0, 3($a0)", "$v0 $a0", "$v0")]
    [InlineData(0xafbf001c, "sw $ra, 0x1c($sp)", "$sp $ra", "")]
    [InlineData(0xe0820000, "sc $v0, ($a0)", "$v0 $a0", "$v0")]
    [InlineData(0x0c000404, "jal 0x80001010", "", "$ra")]
    [InlineData(0x0320f809, "jalr $t9", "$t9", "$ra")]
    [InlineData(0x04910003, "bgezal $a0, 0x80001010", "$a0", "$ra")]
    [InlineData(0x10850003, "beq $a0, $a1, 0x80001010", "$a0 $a1", "")]
    [InlineData(0x44820000, "mtc1 $v0, $f0", "$v0", "")]
    public void General_registers(uint word, string text, string reads, string writes)
    {
        Assert.Equal(text.Replace(", (", ", 0(", StringComparison.Ordinal), Disassembler.Format(word, 0x8000_1000));
        var footprint = Footprint.Of(word, wideFloat: false);
        Assert.Equal(reads, Names(footprint.Reads));
        Assert.Equal(writes, Names(footprint.Writes));
    }

    [Theory]
    [InlineData(0x46241080, false, "add.d $f2, $f2, $f4", "f2 f3 f4 f5 fcsr", "f2 f3 fcsr")]
    [InlineData(0x46241080, true, "add.d $f2, $f2, $f4", "f2 f4 fcsr", "f2 fcsr")]
    [InlineData(0x46041180, false, "add.s $f6, $f2, $f4", "f2 f4 fcsr", "f6 fcsr")]
    [InlineData(0x46041180, true, "add.s $f6, $f2, $f4", "f2 f4 f6 fcsr", "f6 fcsr")]
    [InlineData(0x462011a0, false, "cvt.s.d $f6, $f2", "f2 f3 fcsr", "f6 fcsr")]
    [InlineData(0x4ca41121, false, "madd.d $f4, $f5, $f2, $f4", "f2 f3 f4 f5 fcsr", "f4 f5 fcsr")]
    [InlineData(0x4624103c, false, "c.lt.d $f2, $f4", "f2 f3 f4 f5 fcsr", "fcsr")]
    [InlineData(0x46201106, false, "mov.d $f4, $f2", "f2 f3", "f4 f5")]
    [InlineData(0x46251192, true, "movz.d $f6, $f2, $a1", "f2 f6", "f6")]
    [InlineData(0xd4820000, false, "ldc1 $f2, 0($a0)", "", "f2 f3")]
    [InlineData(0x44e21000, false, "mthc1 $v0, $f2", "", "f3")]
    [InlineData(0x44e21000, true, "mthc1 $v0, $f2", "f2", "f2")]
    [InlineData(0x44421000 | 31 << 11, true, "cfc1 $v0, $31", "fcsr", "")]
    [InlineData(0x44420000, true, "cfc1 $v0, $0", "", "")]
    public void Floating_point_registers_of_either_width(uint word, bool wide, string text, string reads, string writes)
    {
        Assert.Equal(text, Disassembler.Format(word, 0));
        var footprint = Footprint.Of(word, wide);
        Assert.Equal(reads, FloatNames(footprint.FloatReads));
        Assert.Equal(writes, FloatNames(footprint.FloatWrites));
    }

    [Theory]
    [InlineData(0x46241080, false, "add.d $f2, $f2, $f4", "f2 f3 f4 f5")]
    [InlineData(0x46241080, true, "add.d $f2, $f2, $f4", "f2 f4")]
    [InlineData(0x46041180, true, "add.s $f6, $f2, $f4", "")]
    [InlineData(0x462011a0, true, "cvt.s.d $f6, $f2", "f2")]
    [InlineData(0x462011a4, false, "cvt.w.d $f6, $f2", "f2 f3")]
    [InlineData(0x46a011a0, true, "cvt.s.l $f6, $f2", "f2")]
    [InlineData(0x46801121, false, "cvt.d.w $f4, $f2", "f4 f5")]
    [InlineData(0x46251192, false, "movz.d $f6, $f2, $a1", "f2 f3 f6 f7")]
    [InlineData(0xd4820000, false, "ldc1 $f2, 0($a0)", "f2 f3")]
    [InlineData(0xc4820000, true, "lwc1 $f2, 0($a0)", "")]
    [InlineData(0x4c850085, true, "luxc1 $f2, $a1($a0)", "f2")]
    [InlineData(0x44e21000, false, "mthc1 $v0, $f2", "")]
    [InlineData(0x44e21000, true, "mthc1 $v0, $f2", "f2")]
    [InlineData(0x44621000, true, "mfhc1 $v0, $f2", "f2")]
    public void Floating_point_registers_that_hold_64_bits(uint word, bool wide, string text, string doubles)
    {
        Assert.Equal(text, Disassembler.Format(word, 0));
        Assert.Equal(doubles, FloatNames(Footprint.Of(word, wide).FloatDoubles));
    }

    [Theory]
    [InlineData(0x4624103c, "c.lt.d $f2, $f4", 1 << 0)]
    [InlineData(0x4624173c, "c.lt.d $fcc7, $f2, $f4", 1 << 7)]
    [InlineData(0x45050003, "bc1t $fcc1, 0x10", 1 << 1)]
    [InlineData(0x00891001, "movt $v0, $a0, $fcc2", 1 << 2)]
    [InlineData(0x462c1111, "movf.d $f4, $f2, $fcc3", 1 << 3)]
    [InlineData(0x46241080, "add.d $f2, $f2, $f4", 0)]
    public void Condition_codes(uint word, string text, int conditions)
    {
        Assert.Equal(text, Disassembler.Format(word, 0));
        Assert.Equal(conditions, Footprint.Of(word, wideFloat: false).FloatConditions);
    }

    [Theory]
    [InlineData(0x46251180, "an odd ft")]
    [InlineData(0x46241940, "an odd fd")]
    [InlineData(0x46a01121, "a long")]
    [InlineData(0x4c850085, "LUXC1")]
    [InlineData(0xd4830000, "LDC1 of an odd register")]
    public void With_32_bit_registers_there_are_no_doubles_in_odd_ones_and_no_longs(uint word, string why)
    {
        var narrow = Footprint.Of(word, wideFloat: false);
        Assert.True(narrow.Flags.HasFlag(InstructionFlags.MayTrap), why);
        Assert.NotEqual(ExitReason.ReservedInstruction, Footprint.Of(word, wideFloat: true).Exit);
    }

    [Fact]
    public void Branches_tell_whether_they_are_conditional_and_where_they_lead()
    {
        Assert.True(Footprint.Of(0x1085_0003, false, 0x8000_1000) is { IsConditional: true, IsIndirect: false, ReadsPc: true, Target: 0x8000_1010 });
        Assert.True(Footprint.Of(0x1084_0003, false, 0x8000_1000) is { IsConditional: false, IsIndirect: false, ReadsPc: true, Target: 0x8000_1010 });
        Assert.True(Footprint.Of(0x0c00_0404, false, 0x8000_1000) is { IsConditional: false, IsIndirect: false, ReadsPc: true, Target: 0x8000_1010 });
        Assert.True(Footprint.Of(0x03e0_0008, false) is { IsConditional: false, IsIndirect: true, ReadsPc: false });
    }

    [Fact]
    public void Accesses_tell_their_width_and_the_registers_of_their_address()
    {
        Assert.True(Footprint.Of(0xafbf_001c, false) is { AccessBytes: 4, AddressReads: 1ul << 29 });
        Assert.True(Footprint.Of(0x4c85_0081, false) is { AccessBytes: 8, AddressReads: 1ul << 4 | 1ul << 5 });
        Assert.True(Footprint.Of(0x0085_1021, false) is { AccessBytes: 0, IsStraight: true });
    }

    private static string Names(ulong registers) => string.Join(' ', Bits(registers).Select(bit => bit switch
    {
        Footprint.Hi => "hi",
        Footprint.Lo => "lo",
        _ => Disassembler.RegisterName(bit),
    }));

    private static string FloatNames(ulong registers) => string.Join(' ', Bits(registers).Select(bit => bit == Footprint.Fcsr ? "fcsr" : $"f{bit}"));

    private static IEnumerable<int> Bits(ulong mask) => Enumerable.Range(0, 64).Where(bit => (mask >> bit & 1) != 0);
}
