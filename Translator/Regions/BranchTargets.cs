using Dbt.Translator.Instructions;

namespace Dbt.Translator.Regions;

/// <summary>Where a branch may lead, as a recording of its meaning shows.</summary>
/// <param name="Target">The address it names, if it names one.</param>
/// <param name="FallsThrough">Whether it may also go on behind its delay slot.</param>
/// <param name="IsCall">Whether it leaves a return address.</param>
/// <param name="IsSwitch">
/// Whether it is a computed jump that looks like no return: what a switch statement becomes.
/// </param>
public readonly record struct BranchTargets(uint? Target, bool FallsThrough, bool IsCall, bool IsSwitch)
{
    private const int ReturnAddress = 31;

    /// <summary>Whether it leads to an address that is computed, and is no return.</summary>
    public bool IsComputed => Target is null && (IsCall || IsSwitch);

    /// <summary>The targets of the branch that a block ends in.</summary>
    public static BranchTargets Of(RegionBlock block) =>
        Of(block.Words[block.BranchIndex], block.AddressOf(block.BranchIndex));

    /// <summary>The targets of the branch <paramref name="word"/> at <paramref name="pc"/>.</summary>
    public static BranchTargets Of(uint word, uint pc) => Of(Footprint.Of(word, wideFloat: false, pc));

    /// <summary>The targets of a branch, as its meaning was recorded.</summary>
    public static BranchTargets Of(Footprint branch)
    {
        bool isCall = (branch.Flags & InstructionFlags.Link) != 0;
        bool isReturn = branch.Reads == 1ul << ReturnAddress;
        bool isSwitch = branch.IsIndirect && !isCall && !isReturn;
        return new BranchTargets((uint?)branch.Target, branch.IsConditional, isCall, isSwitch);
    }
}
