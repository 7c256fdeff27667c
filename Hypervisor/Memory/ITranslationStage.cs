using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// A stage on the way of an address: a context's segments and TLB make a virtual address physical; where that is
/// another context's address, as a guest's under a root, a second stage makes it physical there. Asked only where the
/// shadow TLB, which holds the composition of all stages, has no answer.
/// </summary>
public interface ITranslationStage
{
    /// <summary>The context that takes the exceptions of this stage.</summary>
    PrivilegedContext Context { get; }

    /// <summary>Translates the address of an access; counts what it does.</summary>
    /// <param name="access">The access, with an address as the stage before has left it.</param>
    /// <param name="address">The address for the next stage.</param>
    /// <param name="rights">What this stage lets through.</param>
    /// <param name="exception">Why there is no way, if there is none.</param>
    bool TryTranslate(in MemoryAccess access, out uint address, out PageRights rights, out GuestException exception);

    /// <summary>
    /// What the stage makes of an address in an address space and a mode, as it is now. Nothing is counted and nothing
    /// changed.
    /// </summary>
    StageStep Walk(uint address, int asid, OperatingMode mode);
}
