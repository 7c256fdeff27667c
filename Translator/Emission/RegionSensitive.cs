using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>The sensitive instructions of a region: those that have trapped and are patched are carried out, the others leave.</summary>
/// <param name="region">Says which are not patched.</param>
/// <param name="patches">How they are patched; null where none is.</param>
/// <param name="at">Where the compilation stands.</param>
/// <param name="frame">How to leave.</param>
/// <param name="meanings">Emits what a patch does.</param>
/// <param name="layout">Where the guest is.</param>
internal sealed class RegionSensitive(Region region, PatchTable? patches, RegionCursor at, FragmentFrame frame, MeaningEmitter meanings, StateLayout layout)
{
    /// <summary>The register that carrying a sensitive instruction out needs, if it needs one: its meaning, which only leaves, does not tell.</summary>
    public static int? RegisterOf(Instruction word, ExitReason reason) => reason switch
    {
        ExitReason.Mfc0 or ExitReason.Mtc0 or ExitReason.Di or ExitReason.Ei => word.Rt,
        ExitReason.Cache or ExitReason.Synci => word.Rs,
        _ => null,
    };

    /// <summary>Carries out the instruction being compiled, or leaves.</summary>
    /// <param name="reason">What it exits with.</param>
    public void Exit(ExitReason reason)
    {
        if (reason == ExitReason.Synci)
            meanings.Memory.Probe(meanings.Operands.Read(Operand.S) + meanings.Operands.Constant(at.Instruction.Immediate));
        else if (patches is not null && patches.Replaces(reason, at.Instruction) && !region.Traps.Contains(at.Pc))
            new PatchEmitter(meanings, layout, patches).CarryOut(patches.PatchOf(reason, at.Instruction), at.Instruction);
        else
            frame.Leave(reason);
    }
}
