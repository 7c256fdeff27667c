namespace Dbt.Translator.Emission;

/// <summary>
/// Which sensitive instructions become loads and stores on the register page, as the hypervisor's policy has it. The
/// translator knows no register's meaning: only where it lies, and which of its bits no store may change unseen.
/// </summary>
public sealed record PatchTable
{
    /// <summary>Indexes of registers that are read by a load.</summary>
    public required IReadOnlySet<int> Loads { get; init; }

    /// <summary>Registers that are written by a store: the bits software can change, and those whose change must exit.</summary>
    public required IReadOnlyDictionary<int, (uint Writable, uint Sensitive)> Stores { get; init; }

    /// <summary>Index of the register that enables interrupts in its bit 0, unless bits 1 or 2 are set, under a mask in bits 15–8.</summary>
    public required int InterruptEnable { get; init; }

    /// <summary>Index of the register that has pending interrupts in its bits 15–8.</summary>
    public required int InterruptPending { get; init; }
}
