using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Privileged;

/// <summary>The instructions that Linux KVM wrote over those it patched (dyntrans.c of 5.10, on 16 KB pages).</summary>
public static class KvmReplacement
{
    private const uint LoadWord = 0x8c00_0000, StoreWord = 0xac00_0000, SynchronizeInstructions = 0x041f_0000, Nop = 0,
        AddZeroZero = 0x0000_0020;

    /// <summary>
    /// The word in place of <paramref name="instruction"/>, which <see cref="PatchPolicy.Kvm"/> patches.
    /// </summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="page">Where the register page is: within reach of a 16-bit offset.</param>
    public static uint Of(Instruction instruction, uint page)
    {
        const uint Cop0Opcode = 0x10, MoveTo = 4;
        uint register = (uint)(8 * instruction.Rd + instruction.Sel);
        uint operand = (uint)instruction.Rt << 16 | page + sizeof(uint) * register & 0xffff;
        if (instruction.Word >> 26 == Cop0Opcode)
        {
            if (instruction.Rs == MoveTo)
                return StoreWord | operand;
            return register == Cop0Register.ErrCtl ? AddZeroZero | (uint)instruction.Rt << 11 : LoadWord | operand;
        }
        // CACHE: by index nothing, by address SYNCI of the same address.
        return instruction.Rt >> 2 < 4
            ? Nop
            : SynchronizeInstructions | (uint)instruction.Rs << 21 | instruction.UnsignedImmediate;
    }
}
