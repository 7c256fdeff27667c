using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>A finished run of a guest: how it ended, and what left by each of its serial ports.</summary>
internal sealed record GuestRun(RunResult End, string Console, string Output, string Status)
{
    /// <summary>Runs a machine to its end, or until it is stopped.</summary>
    public static GuestRun Of(MachineConfiguration configuration, CancellationToken stop = default)
    {
        using VirtualMachine machine = new(configuration);
        return Of(machine, stop);
    }

    /// <summary>
    /// Runs a machine to its end that the caller wants to look at afterwards. A region that could not be compiled fails the test: no output
    /// of the guest would show it.
    /// </summary>
    public static GuestRun Of(VirtualMachine machine, CancellationToken stop = default)
    {
        StringBuilder[] ports = [new(), new(), new()];
        machine.SerialOutput += (port, value) => ports[port].Append((char)value);
        RunResult end = machine.Run(stop);
        Assert.Null(machine.Cpu.Engine.Translations?.Statistics.FirstRefusal);
        return new GuestRun(end, ports[0].ToString(), ports[1].ToString(), ports[2].ToString());
    }

    /// <summary>What one of the embedded ROMs needs.</summary>
    public static MachineConfiguration Rom(string name, ByteOrder order = ByteOrder.Little) => new()
    {
        Kernel = EmbeddedRoms.Load(order == ByteOrder.Big ? name + EmbeddedRoms.BigEndian : name)!.Kernel,
        KernelName = name,
        // The kernel stays at its prompt unless it is told what to run.
        CommandLine = name == EmbeddedRoms.TeachingKernel ? "exec=demo" : "",
        // What is saved, compared and shared is the shorter.
        MemoryBytes = name is "pmap" or "highmem" or "tlb" or "conformance" ? 64u << 20 : 16u << 20,
        Hypercalls = name == "hypercalls",
        Processor = name is "vz" or "shrinking" or "hostile" or "inhibit" ? ProcessorModel.Mips24KfVz : null,
        // A guest that does not exit as it should goes round in its own handler.
        InstructionLimit = name == "vz" ? 20_000_000 : 1_000_000_000,
    };
}
