using Dbt.Translator.Instructions;

namespace Dbt.Translator.Patches;

/// <summary>
/// What a sensitive instruction does once it traps no more. Only the hypervisor knows what that means; the translator
/// has it carried out by whatever processor it likes.
/// </summary>
public abstract class Patch
{
    /// <summary>Which kind it is of: patches of a kind differ in their constants only.</summary>
    public abstract int Kind { get; }

    /// <summary>The index on the page of the register that it is about; 0 if it is about none.</summary>
    public abstract int Register { get; }

    /// <summary>Whether registers lie on the page in the other byte order than the host's.</summary>
    public abstract bool IsPageReversed { get; }

    /// <summary>Carries it out.</summary>
    /// <typeparam name="P">By which processor.</typeparam>
    /// <typeparam name="V">The value of its registers.</typeparam>
    public abstract void CarryOut<P, V>(ref P cpu)
        where P : struct, IPatchProcessor<V>
        where V : struct, IWord<V>;
}

/// <summary>Which sensitive instructions are patched, as the hypervisor's policy has it.</summary>
public interface IPatches
{
    /// <summary>The patch of an instruction; null where it is not to be patched.</summary>
    /// <param name="reason">What the instruction exits with.</param>
    /// <param name="word">The instruction.</param>
    Patch? PatchOf(ExitReason reason, Instruction word);

    /// <summary>Whether an instruction is a paravirtual form, which is patched without having trapped.</summary>
    /// <param name="word">The instruction.</param>
    bool HasForm(Instruction word);

    /// <summary>
    /// All of it as bytes: equal where all patches are, and whoever made them can make them from it again.
    /// </summary>
    byte[] ToBytes();
}
