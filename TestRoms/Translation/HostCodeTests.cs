using System.Reflection.Emit;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Dbt.Runtime.Translation;
using Dbt.Tool.Inspection;
using Dbt.Translator.Emission;
using Dbt.Translator.Regions;
using Iced.Intel;
using Xunit;
using FlowControl = Iced.Intel.FlowControl;

namespace Dbt.TestRoms.Translation;

/// <summary>
/// What the JIT makes of typical guest code stays small, and calls nothing. The bounds are what it is today and a little
/// more; whoever makes it smaller lowers them.
/// </summary>
public sealed class HostCodeTests
{
    private static readonly LinearWindow _kseg0 = new(0x8000_0000, RamBytes: 256 << 20, Bytes: 0x4000_0000);

    private static readonly CodeSequence _tableLookup = new(
        0x90880000, // 1: lbu   t0, 0(a0)
        0x24840001, //    addiu a0, a0, 1
        0x00484826, //    xor   t1, v0, t0
        0x312900ff, //    andi  t1, t1, 0xff
        0x00094880, //    sll   t1, t1, 2
        0x01264821, //    addu  t1, t1, a2
        0x8d290000, //    lw    t1, 0(t1)
        0x00021202, //    srl   v0, v0, 8
        0x1485fff7, //    bne   a0, a1, 1b
        0x00491026, //    xor   v0, v0, t1
        0x03e00008, //    jr    ra
        0x00000000);

    private static readonly CodeSequence _copy = new(
        0x8ca80000, // 1: lw    t0, 0(a1)
        0x24a50004, //    addiu a1, a1, 4
        0x24840004, //    addiu a0, a0, 4
        0x24c6fffc, //    addiu a2, a2, -4
        0x14c0fffb, //    bnez  a2, 1b
        0xac88fffc, //    sw    t0, -4(a0)
        0x03e00008, //    jr    ra
        0x00000000);

    private static readonly CodeSequence _call = new(
        0x02202025, // 1: move  a0, s1
        0x04110005, //    bal   2f
        0x2610ffff, //    addiu s0, s0, -1
        0x1600fffc, //    bnez  s0, 1b
        0x02228821, //    addu  s1, s1, v0
        0x03200008, //    jr    t9
        0x00000000,
        0x00041040, // 2: sll   v0, a0, 1
        0x03e00008, //    jr    ra
        0x24420003); //   addiu v0, v0, 3

    private static readonly CodeSequence _multiplyAdd = new(
        0xd4820000, // 1: ldc1  f2, 0(a0)
        0xd4a40000, //    ldc1  f4, 0(a1)
        0x24840008, //    addiu a0, a0, 8
        0x46241082, //    mul.d f2, f2, f4
        0x24a50008, //    addiu a1, a1, 8
        0x1486fffa, //    bne   a0, a2, 1b
        0x46220000, //    add.d f0, f0, f2
        0x03e00008, //    jr    ra
        0x00000000);

    private static readonly CodeSequence _clear = new(
        0xac800000, // 1: sw    zero, 0(a0)
        0xac800004, //    sw    zero, 4(a0)
        0xac800008, //    sw    zero, 8(a0)
        0x24840010, //    addiu a0, a0, 16
        0x1485fffb, //    bne   a0, a1, 1b
        0xac80fffc, //    sw    zero, -4(a0)
        0x03e00008, //    jr    ra
        0x00000000);

    private static readonly CodeSequence _prologue = new(
        0x27bdffd0, //    addiu sp, sp, -48
        0xafb00010, //    sw    s0, 16(sp)
        0xafb10014, //    sw    s1, 20(sp)
        0xafb20018, //    sw    s2, 24(sp)
        0xafb3001c, //    sw    s3, 28(sp)
        0xafb40020, //    sw    s4, 32(sp)
        0xafbf002c, //    sw    ra, 44(sp)
        0x8fa80040, //    lw    t0, 64(sp)
        0x03200008, //    jr    t9
        0xafa00028); //   sw    zero, 40(sp)

    private static readonly CodeSequence _callThrough = new(
        0x0200c825, // 1: move  t9, s0
        0x0320f809, //    jalr  t9
        0x26310004, //    addiu s1, s1, 4
        0x1632fffc, //    bne   s1, s2, 1b
        0x02629821, //    addu  s3, s3, v0
        0x03200008, //    jr    t9
        0x00000000,
        0x8e220000, // 2: lw    v0, 0(s1)
        0x03e00008, //    jr    ra
        0x24420001) //    addiu v0, v0, 1
    {
        Likely = [CodeSequence.At(7)],
    };

    [SkippableFact]
    public void A_user_s_loop_that_calls_through_a_register() => Compiles(_callThrough, instructions: 10, mostBytes: 590, isUser: true);

    [SkippableFact]
    public void A_user_s_prologue_that_looks_its_stack_up_once() => Compiles(_prologue, instructions: 10, mostBytes: 520, isUser: true);

    [SkippableFact]
    public void A_user_s_loop_that_looks_up_a_table_and_holds_the_pages_of_both_pointers() => Compiles(_tableLookup, instructions: 12, mostBytes: 640, isUser: true);

    [SkippableFact]
    public void A_loop_that_looks_up_a_table() => Compiles(_tableLookup, instructions: 12, mostBytes: 490);

    [SkippableFact]
    public void A_loop_that_copies_memory() => Compiles(_copy, instructions: 8, mostBytes: 485);

    [SkippableFact]
    public void A_loop_that_clears_memory() => Compiles(_clear, instructions: 8, mostBytes: 495);

    [SkippableFact]
    public void A_loop_that_calls_a_small_function() => Compiles(_call, instructions: 10, mostBytes: 490);

    [SkippableFact]
    public void A_loop_that_multiplies_and_adds_doubles() => Compiles(_multiplyAdd, instructions: 9, mostBytes: 940);

    // A load or a store and the reversal are one instruction, of a byte or two more.
    [SkippableFact]
    public void A_loop_that_looks_up_a_big_endian_table() => Compiles(_tableLookup, instructions: 12, mostBytes: 495, isBigEndian: true);

    [SkippableFact]
    public void A_loop_that_copies_big_endian_memory() => Compiles(_copy, instructions: 8, mostBytes: 490, isBigEndian: true);

    [SkippableFact]
    public void A_loop_that_multiplies_and_adds_big_endian_doubles() => Compiles(_multiplyAdd, instructions: 9, mostBytes: 960, isBigEndian: true);

    // A choice by what data says is often predicted wrongly.
    [SkippableFact]
    public void A_loop_that_chooses_by_a_comparison_has_no_more_branches_than_one_that_adds()
    {
        const uint Movn = 0x00c7_180b, Addu = 0x00c7_1821; // v1, a2, a3

        Assert.Equal(Branches(Addu), Branches(Movn));

        int Branches(uint word) => Compile(
            new CodeSequence(
                0x8c660000, // 1: lw    a2, 0(v1)
                0x8c630004, //    lw    v1, 4(v1)
                word,
                0x1460fffc, //    bnez  v1, 1b
                0x00a6382b, //    sltu  a3, a1, a2
                0x03e00008, //    jr    ra
                0x00000000),
            instructions: 7, isBigEndian: false, isUser: true).Host
            .Count(instruction => instruction.FlowControl == FlowControl.ConditionalBranch);
    }

    private static void Compiles(CodeSequence code, int instructions, int mostBytes, bool isBigEndian = false, bool isUser = false)
    {
        (Instruction[] host, string listing) = Compile(code, instructions, isBigEndian, isUser);

        Assert.DoesNotContain(host, instruction => instruction.FlowControl is FlowControl.Call or FlowControl.IndirectCall);
        Assert.DoesNotContain(host, instruction => instruction.IsInvalid);
        int bytes = host.Sum(instruction => instruction.Length);
        Assert.True(bytes <= mostBytes, $"{bytes} bytes, more than {mostBytes}:\n{listing}");
    }

    private static (Instruction[] Host, string Listing) Compile(CodeSequence code, int instructions, bool isBigEndian, bool isUser)
    {
        Skip.IfNot(RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 && Avx2.IsSupported, "the bounds are for x86-64 with AVX2");
        Region region = new RegionBuilder().Build(CodeSequence.Start, code)!;
        DynamicMethod method = new("golden", typeof(nint), [typeof(nint), typeof(nint)], typeof(HostCodeTests).Module, skipVisibility: true) { InitLocals = false };
        RegionCompiler.Compile(region, method.GetILGenerator(), GuestLayout.Create(), new TranslationContext(isUser ? BaseExpectation.HeldPages : BaseExpectation.Kseg0, FloatMode.Fast, Float64: false, _kseg0, Patches: null, isBigEndian));
        nint start = BackgroundCompiler.Prepare(method);

        Instruction[] host = [.. HostCode.Read(start)];

        using StringWriter listing = new();
        HostListing.Print(listing, start);
        GC.KeepAlive(method);
        Assert.Equal(instructions, region.InstructionCount);
        return (host, listing.ToString());
    }
}
