using Dbt.Runtime.Bus;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The register page as a trap-and-emulate guest sees it (KVM's commpage): register rd, select sel at rd × 32 + sel × 4. It
/// knows no side effects; it is where patched instructions would read and write.
/// </summary>
/// <param name="cop0">The registers.</param>
public sealed class RegisterPage(Cop0 cop0) : IBusTarget
{
    /// <summary>Bytes of it: a page as large as the guest's pages are.</summary>
    public const uint Bytes = 0x4000;

    /// <summary>Where it is on the bus: where the board has nothing.</summary>
    public const uint PhysicalAddress = 0xffff_0000;

    private const uint RegisterBytes = 256 * sizeof(uint);

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        uint word = offset < RegisterBytes ? cop0[(int)offset / sizeof(uint)] : 0;
        return bytes == sizeof(uint) ? word : word >> 8 * (int)(offset & 3) & (1u << 8 * bytes) - 1;
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        if (offset < RegisterBytes && bytes == sizeof(uint))
            cop0[(int)offset / sizeof(uint)] = value;
    }
}
