using Dbt.Translator.Instructions;

namespace Dbt.Translator.Regions;

/// <summary>Where a branch may lead, read off its row and its word.</summary>
/// <param name="Target">The address it names, if it names one.</param>
/// <param name="FallsThrough">Whether it may also go on behind its delay slot.</param>
/// <param name="IsCall">Whether it leaves a return address.</param>
public readonly record struct BranchTargets(uint? Target, bool FallsThrough, bool IsCall)
{
    /// <summary>Whether it is a computed jump that looks like no return: what a switch statement becomes.</summary>
    public static bool IsSwitch(InstructionRow row, uint word) =>
        row.Name == "jr" && new Instruction(word).Rs != 31;

    /// <summary>The targets of the branch <paramref name="word"/> at <paramref name="pc"/>.</summary>
    public static BranchTargets Of(InstructionRow row, uint word, uint pc)
    {
        var fields = new Instruction(word);
        bool call = row.Has(InstructionFlags.Link);
        if (row.Operands == "jump")
            return new BranchTargets(pc + 4 & 0xf000_0000 | fields.JumpIndex << 2, false, call);
        if (!row.Operands.EndsWith("branch", StringComparison.Ordinal))
            return new BranchTargets(null, false, call);
        bool always = row.Name is "beq" or "beql" && fields.Rs == fields.Rt || row.Name is "bgezal" or "bgez" && fields.Rs == 0;
        return new BranchTargets(pc + 4 + (uint)(fields.Immediate << 2), !always, call);
    }
}
