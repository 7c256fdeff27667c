using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;

namespace Dbt.TestRoms.Privileged;

/// <summary>
/// A guest that runs MFC0 of Status in a loop, reads its word, writes the instruction over it as it was, and does all that once
/// more.
/// </summary>
internal static class PatchedLoop
{
    /// <summary>Where it is linked for KVM's address map, and for the architecture's.</summary>
    public const uint KvmBase = 0x4010_0000, KernelBase = 0x8010_0000;

    /// <summary>The instruction: <c>mfc0 $t0, $12, 0</c>.</summary>
    public const uint Instruction = 0x4008_6000;

    /// <summary>Where it is, from the beginning.</summary>
    public const uint Offset = 8;

    /// <summary>The registers with Status, with the word as the guest found it, and as it found it after it had written it.</summary>
    public const int Read = 8, Found = 18, Written = 20;

    private static readonly uint[] s_code =
    [
        0x3c10_0000,  //  0: lui   $s0, base
        0x2411_0bb8,  //  4: addiu $s1, $zero, 3000
        Instruction,  //  8: mfc0  $t0, $12, 0
        0x2631_ffff,  //  c: addiu $s1, $s1, -1
        0x1620_fffd,  // 10: bne   $s1, $zero, 8
        0,            // 14: nop
        0x8e12_0008,  // 18: lw    $s2, 8($s0)
        0x3c13_4008,  // 1c: lui   $s3, 0x4008
        0x3673_6000,  // 20: ori   $s3, $s3, 0x6000
        0xae13_0008,  // 24: sw    $s3, 8($s0)
        0x061f_0008,  // 28: synci 8($s0)
        0x8e14_0008,  // 2c: lw    $s4, 8($s0)
        0x12a0_fff4,  // 30: beq   $s5, $zero, 4
        0x26b5_0001,  // 34: addiu $s5, $s5, 1
        0x1000_ffff,  // 38: b     38
        0,            // 3c: nop
    ];

    /// <summary>The machine, which stops in the loop behind all that.</summary>
    public static MachineConfiguration Machine(uint start, PatchPolicy policy, Engine engine, ByteOrder order = ByteOrder.Little) => SmallGuest.Of(order, start, Code(start, Instruction)) with
    {
        Patch = policy,
        PatchInMemory = true,
        Engine = engine,
        JitThreshold = 20,
        InstructionLimit = 50_000,
    };

    /// <summary>The image, with another word in the place of the instruction.</summary>
    public static byte[] Image(uint start, uint instruction) => SmallGuest.Image(ByteOrder.Little, start, Code(start, instruction));

    private static uint[] Code(uint start, uint instruction)
    {
        uint[] code = [.. s_code];
        code[0] |= start >> 16;
        code[Offset / sizeof(uint)] = instruction;
        return code;
    }
}
