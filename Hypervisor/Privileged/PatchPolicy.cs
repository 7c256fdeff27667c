namespace Dbt.Hypervisor.Privileged;

/// <summary>Which sensitive instructions stop being traps.</summary>
public enum PatchPolicy
{
    /// <summary>None: pure trap and emulate.</summary>
    None,

    /// <summary>Those that Linux KVM's trap-and-emulate patched, and as it did.</summary>
    Kvm,

    /// <summary>Whatever a load or a store can do, with side effects checked in line.</summary>
    Full,

    /// <summary>
    /// None: the guest runs in the guest context of a virtualization module, whose root is the hypervisor, and what
    /// that context does by itself is no trap.
    /// </summary>
    Vz,
}
