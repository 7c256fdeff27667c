using Dbt.Translator.Instructions;

namespace Dbt.Translator.Patches;

/// <summary>
/// What a patch may ask of the processor that carries it out: general registers, and registers of the page that
/// privileged ones are kept in. As in the meanings of instructions, one implementation computes, another emits code,
/// and a third notes what was asked.
/// </summary>
/// <typeparam name="V">The value of a register.</typeparam>
public interface IPatchProcessor<V> where V : struct, IWord<V>
{
    /// <summary>The instruction that has been patched.</summary>
    Instruction Fields { get; }

    /// <summary>The register named by rs.</summary>
    V S { get; }

    /// <summary>The register named by rt.</summary>
    V T { get; set; }

    /// <summary>The register of the page that the patch is about (<see cref="Patch.Register"/>).</summary>
    V Named { get; set; }

    /// <summary>A register of the page, whatever the patch is about.</summary>
    V this[int register] { get; set; }

    /// <summary>
    /// A constant that comes from the instruction or from the policy: one compiled meaning serves all patches of a
    /// kind, and is given these.
    /// </summary>
    V Constant(long value);

    /// <summary>A value computed now, to be used more than once.</summary>
    V Hold(V value);

    /// <summary>
    /// Exits if <paramref name="condition"/> is not 0, as the instruction would if it had not been patched.
    /// </summary>
    /// <returns>Whether the patch goes on.</returns>
    bool Unless(V condition);

    /// <summary>Exits unless a load of a byte at an address would translate.</summary>
    void Look(V address);
}
