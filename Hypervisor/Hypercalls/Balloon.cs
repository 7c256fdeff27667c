using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Hypercalls;

/// <summary>
/// The two halves of a balloon driver's business (Waldspurger, "Memory resource management in VMware ESX Server"): a
/// guest that has pages to spare gives them to the host, and takes them back when it needs them.
/// </summary>
internal static class Balloon
{
    private const uint PageBytes = 1 << ShadowTlb.PageShift;

    /// <summary>Gives pages to the host; they read as zeros. The answer is how many.</summary>
    public static int Give(VirtualMachine machine, uint address, uint pages)
    {
        if (FirstFrame(machine, address, pages, out int first) is var error and not 0)
            return error;
        for (int frame = first; frame < first + (int)pages; frame++)
        {
            if (machine.Memory[frame] != FrameState.Given)
                machine.Memory.Give(frame);
        }
        machine.Memory.RevokeStores();
        return (int)pages;
    }

    /// <summary>Takes pages back, which still read as zeros. The answer is how many of them the host had.</summary>
    public static int TakeBack(VirtualMachine machine, uint address, uint pages)
    {
        if (FirstFrame(machine, address, pages, out int first) is var error and not 0)
            return error;
        int taken = 0;
        for (int frame = first; frame < first + (int)pages; frame++)
        {
            if (machine.Memory[frame] != FrameState.Given)
                continue;
            machine.Memory.TakeBack(frame);
            taken++;
        }
        return taken;
    }

    private static int FirstFrame(VirtualMachine machine, uint address, uint pages, out int first)
    {
        first = 0;
        if (address % PageBytes != 0 || pages == 0)
            return HypercallError.BadArgument;
        if (machine.Pmap.Layout.RamOffset(address, (ulong)pages * PageBytes) is not { } offset)
            return HypercallError.BadAddress;
        first = (int)(offset >> ShadowTlb.PageShift);
        return 0;
    }
}
