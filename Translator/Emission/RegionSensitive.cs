using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>
/// The sensitive instructions of a region: those that have trapped and are patched are carried out, the others leave.
/// </summary>
/// <param name="region">Says which are not patched.</param>
/// <param name="patches">How they are patched; null where none is.</param>
/// <param name="at">Where the compilation stands.</param>
/// <param name="frame">How to leave.</param>
/// <param name="meanings">Emits what a patch does.</param>
/// <param name="layout">Where the register page is.</param>
internal sealed class RegionSensitive(
    Region region, IPatches? patches, RegionCursor at, FragmentFrame frame, MeaningEmitter meanings,
    StateLayout layout)
{
    /// <summary>
    /// The registers that carrying a sensitive instruction out needs, a bit for each: its meaning, which only leaves,
    /// does not tell.
    /// </summary>
    public uint RegistersOf(Instruction word, ExitReason reason)
    {
        if (reason == ExitReason.Synci)
            return 1u << word.Rs;
        if (ThreadPointer.IsReadBy(word, reason))
            return 1u << word.Rt;
        return patches?.PatchOf(reason, word) is { } patch ? PatchFootprint.Of(patch, word, layout.Cop0).Registers : 0;
    }

    /// <summary>Carries out the instruction being compiled, or leaves.</summary>
    /// <param name="reason">What it exits with.</param>
    public void Exit(ExitReason reason)
    {
        if (reason == ExitReason.Synci)
        {
            meanings.Memory.Probe(
                meanings.Operands.Read(Operand.S) + meanings.Operands.Constant(at.Instruction.Immediate));
        }
        else if (InstructionSet.IsMips16(at.Pc))
            frame.GiveUp();
        else if (region.Traps.Contains(at.Pc))
            frame.Leave(reason);
        else if (ThreadPointer.IsReadBy(at.Instruction, reason))
            ReadThreadPointer();
        else if (patches?.PatchOf(reason, at.Instruction) is { } patch)
            meanings.CarryOut(patch, at.Instruction);
        else
            frame.Leave(reason);
    }

    // if ((s->Cop0[HwrEna] & 1 << 29) == 0) give up; rt = s->Cop0[UserLocal];
    private void ReadThreadPointer()
    {
        NativeValue s = Guest.State;
        IntValue allowed = s.Int(layout.HwrEna) & 1 << ThreadPointer.Number;
        meanings.Code.GotoIf(allowed.Is(0), frame.GiveUpLabel());
        meanings.Operands.Write(Operand.T, meanings.Code.Copy(s.Int(layout.UserLocal)).ToWord());
    }
}
