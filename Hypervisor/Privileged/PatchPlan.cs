using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>What a patch policy comes to on a machine.</summary>
/// <param name="Table">What is patched, wherever it is; null for nothing.</param>
/// <param name="InMemory">Whether patches are written over the guest's instructions.</param>
/// <param name="HasForms">Whether the guest may have paravirtual forms: else those are reserved.</param>
/// <param name="RegisterPage">
/// Where the guest sees the registers that patches in memory load and store; null where they are paravirtual forms.
/// </param>
public sealed record PatchPlan(PatchTable? Table, bool InMemory, bool HasForms, uint? RegisterPage)
{
    /// <summary>
    /// What translated code patches. What is patched in memory has no place to be known of: a sensitive instruction
    /// that is there traps.
    /// </summary>
    public PatchTable? Translated { get; } = InMemory ? Table! with { ReplacesSites = false } : Table;

    /// <summary>The plan of a machine.</summary>
    /// <param name="configuration">Its policy, and where patches go.</param>
    /// <param name="model">Its processor.</param>
    /// <param name="paravirtual">Whether the guest's image has paravirtual forms in it.</param>
    public static PatchPlan Of(MachineConfiguration configuration, ProcessorModel model, bool paravirtual)
    {
        // Full patches cannot be loads and stores: in memory they are paravirtual forms.
        bool hasForms = paravirtual || configuration is { PatchInMemory: true, Patch: PatchPolicy.Full };
        uint? page = configuration.Patch == PatchPolicy.Kvm ? model.AddressMap.RegisterPage : null;
        return new PatchPlan(
            PatchTables.Of(configuration.Patch, model, hasForms), configuration.PatchInMemory, hasForms, page);
    }

    /// <summary>
    /// Whether writes of Status can go unseen: by stores to a register page that the guest sees, or by patches that do
    /// not look.
    /// </summary>
    public bool LetsStatusLag(ProcessorModel model) =>
        model.AddressMap.RegisterPage is not null
            || Table is { WatchesStatus: false } && Table.Stores.ContainsKey(Status);
}
