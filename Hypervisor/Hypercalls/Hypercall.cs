namespace Dbt.Hypervisor.Hypercalls;

/// <summary>The arguments of a hypercall: registers a0 to a3.</summary>
/// <param name="A0">The first.</param>
/// <param name="A1">The second.</param>
/// <param name="A2">The third.</param>
/// <param name="A3">The fourth.</param>
public readonly record struct HypercallArguments(uint A0, uint A1, uint A2, uint A3);

/// <summary>A service of the hypervisor that a guest's kernel can ask for.</summary>
/// <param name="Number">What v0 holds.</param>
/// <param name="Name">What reports call it.</param>
/// <param name="Perform">Does it for a machine; the answer goes to v0, negative for an error (see
/// <see cref="HypercallError"/>).</param>
public sealed record Hypercall(uint Number, string Name, Func<VirtualMachine, HypercallArguments, int> Perform);

/// <summary>Why a hypercall was not carried out. It has then had no effect.</summary>
public static class HypercallError
{
    /// <summary>No such hypercall (Linux's KVM_ENOSYS).</summary>
    public const int Unknown = -1000;

    /// <summary>An address where the guest has no memory (EFAULT).</summary>
    public const int BadAddress = -14;

    /// <summary>An argument out of range (EINVAL).</summary>
    public const int BadArgument = -22;
}
