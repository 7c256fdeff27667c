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
}
