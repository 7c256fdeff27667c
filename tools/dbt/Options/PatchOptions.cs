using Dbt.Hypervisor.Privileged;

namespace Dbt.Tool.Options;

/// <summary>The options about sensitive instructions that stop being traps.</summary>
internal static class PatchOptions
{
    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Patches");

    /// <summary><c>--patch</c>.</summary>
    public static readonly DeclaredOption<PatchPolicy> Patch = new(
        Group, "--patch", OptionValue.Choices<PatchPolicy>(),
        "Which sensitive instructions stop being traps once they have trapped: none, those that Linux KVM patched, or all that can; vz patches none, but runs the guest in the guest context of a virtualization module.")
    {
        CustomParser = OptionValue.Choice<PatchPolicy>,
        Default = PatchPolicy.Full,
        SetsMachine = (machine, policy) => machine with { Patch = policy },
    };

    /// <summary><c>--patch-in-memory</c>.</summary>
    public static readonly DeclaredOption<bool> PatchInMemory = new(
        Group, "--patch-in-memory", null,
        "Write patches into the guest's memory, where it can read them, as Linux KVM did.")
    {
        SetsMachine = (machine, on) => machine with { PatchInMemory = on },
    };
}
