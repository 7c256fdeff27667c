using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>What a patched instruction does in place of trapping.</summary>
public enum PatchKind
{
    /// <summary>Loads a register from the register page.</summary>
    Load,

    /// <summary>Stores one there.</summary>
    Store,

    /// <summary>Stores <see cref="PatchTable.InterruptEnable"/>.</summary>
    StoreEnable,

    /// <summary>DI.</summary>
    Disable,

    /// <summary>EI.</summary>
    Enable,

    /// <summary>Nothing: an operation on the cache by index, and there is no cache.</summary>
    Nothing,

    /// <summary>Looks whether an address translates: an operation on the cache by address.</summary>
    Look,
}

/// <summary>What a patched instruction does, and with what.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Register">Index on the register page.</param>
/// <param name="Writable">The bits that a store changes.</param>
/// <param name="Sensitive">The bits whose change must exit.</param>
public readonly record struct Patch(PatchKind Kind, int Register, uint Writable, uint Sensitive)
{
    /// <summary>What the instruction has in it, in the order in which carrying it out asks for it.</summary>
    /// <param name="word">The instruction.</param>
    /// <param name="layout">Where the register page is.</param>
    public MeaningConstants ConstantsOf(Instruction word, StateLayout layout) => Kind switch
    {
        PatchKind.Load => default(MeaningConstants).With(layout.Cop0 + 4 * Register),
        PatchKind.Store or PatchKind.StoreEnable => default(MeaningConstants).With(layout.Cop0 + 4 * Register).With((int)Sensitive).With((int)Writable),
        PatchKind.Look => default(MeaningConstants).With(word.Immediate),
        _ => default,
    };
}
