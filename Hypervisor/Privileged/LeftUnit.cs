using Dbt.Runtime.Execution;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Privileged;

/// <summary>The unit that left the engine, and what the hypervisor may do for it.</summary>
/// <param name="state">The guest's registers, as the engine left them.</param>
public readonly unsafe struct LeftUnit(GuestState* state)
{
    /// <summary>The instruction that left; of one of MIPS16e, its fields.</summary>
    public Instruction Word => new(state->ExitWord);

    /// <summary>The register of coprocessor 0 that it names, by <see cref="Cop0Register"/>.</summary>
    public int Cop0Operand => Word.Rd * 8 + Word.Sel;

    /// <summary>Whether it stands in the delay slot of the unit's branch.</summary>
    public bool InDelaySlot => state->ExitOffset != 0;

    /// <summary>The address of the instruction that left.</summary>
    public uint SitePc => (uint)state->Pc + state->ExitOffset;

    /// <summary>The address that a load, a store or an operation on the cache is about.</summary>
    public uint Address => Register(Word.Rs) + (uint)Word.Immediate;

    /// <summary>
    /// Whether an operation on the cache names a line by address, which is translated, rather than by index.
    /// </summary>
    public bool NamesLineByAddress => Word.Rt >> 2 >= 4;

    /// <summary>Reads a general register.</summary>
    public uint Register(int number) => (uint)state->Gpr[number];

    /// <summary>Writes a general register.</summary>
    public void SetRegister(int number, uint value)
    {
        if (number != 0)
            state->Gpr[number] = value;
    }

    /// <summary>The instruction that left has been carried out for the guest: goes on behind its unit.</summary>
    public void Complete()
    {
        state->Pc = state->ResumePc;
        state->Budget -= InDelaySlot ? 2 : 1;
    }
}
