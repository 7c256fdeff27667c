using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;

namespace Dbt.Tool.Offline;

/// <summary>
/// A packed kernel as it lies in memory when its loader has unpacked it, which is found out by running the loader: no
/// format of compression needs to be known.
/// </summary>
/// <param name="File">The kernel as an ELF, with the symbols it has of itself.</param>
/// <param name="Nanoseconds">What the loader took.</param>
internal sealed record UnpackedKernel(byte[] File, long Nanoseconds)
{
    private const long Longest = 20_000_000_000, Stride = 10_000;

    /// <summary>Unpacks a kernel; null if the image has not jumped out of itself to what it put below itself.</summary>
    /// <param name="packed">The image.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="stop">Gives it up.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static UnpackedKernel? Of(ElfImage packed, ReadOnlyMemory<byte> file, string name, CancellationToken stop)
    {
        MachineConfiguration configuration = new() { Kernel = file, KernelName = name };
        long last = 0;
        using (VirtualMachine machine = new(configuration))
        {
            bool entered = false;
            for (long at = Stride; !entered || Holds(packed, machine); at += Stride)
            {
                stop.ThrowIfCancellationRequested();
                if (at > Longest || machine.RunTo(at, CancellationToken.None) != StopReason.InstructionLimit)
                    return null;
                if (Holds(packed, machine))
                    (entered, last) = (true, at);
            }
        }
        // Once more, to the instruction.
        using (VirtualMachine machine = new(configuration))
        {
            Step(machine, () => !Holds(packed, machine));
            long began = machine.Now;
            machine.RunTo(last, stop);
            stop.ThrowIfCancellationRequested();
            Step(machine, () => Holds(packed, machine));
            return Capture(packed, machine) is { } kernel ? new UnpackedKernel(kernel, machine.Now - began) : null;
        }
    }

    /// <summary>
    /// An image in memory as an ELF with the symbols that the kernel in it has of itself; without any if it has none.
    /// </summary>
    public static byte[] WithSymbols(ByteOrder order, uint entry, uint start, byte[] contents, uint memoryBytes)
    {
        return ElfFile.Write(order, entry, start, contents, memoryBytes, KernelSymbols.Find(contents, start, order));
    }

    // What the loader left below itself, from the first page on that is neither empty nor the boot monitor's.
    private static byte[]? Capture(ElfImage packed, VirtualMachine machine)
    {
        const int PageBytes = 4096, MonitorBytes = 64 << 10;
        uint kseg0 = machine.Cpu.Context.Model.AddressMap.Kseg0;
        int loader = (int)AddressMap.Physical((uint)packed.Segments.Min(segment => segment.VirtualAddress));
        if (loader <= MonitorBytes)
            return null;
        ReadOnlySpan<byte> below = machine.Ram.Slice(0, loader);
        int start = MonitorBytes + below[MonitorBytes..].IndexOfAnyExcept((byte)0);
        if (start < MonitorBytes)
            return null;
        start &= ~(PageBytes - 1);
        int end = below.LastIndexOfAnyExcept((byte)0) + PageBytes & ~(PageBytes - 1);
        uint entry = machine.Cpu.Pc;
        if (AddressMap.Physical(entry) < start || AddressMap.Physical(entry) >= end)
            return null;
        return WithSymbols(
            packed.ByteOrder, entry, kseg0 + (uint)start, below[start..end].ToArray(), (uint)(loader - start));
    }

    private static void Step(VirtualMachine machine, Func<bool> goesOn)
    {
        while (goesOn())
            machine.RunTo(machine.Cpu.Time.Retired + 1, CancellationToken.None);
    }

    private static bool Holds(ElfImage image, VirtualMachine machine) =>
        image.Segments.Any(segment => (ulong)(int)machine.Cpu.Pc - segment.VirtualAddress < segment.MemoryBytes);
}
