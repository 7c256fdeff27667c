using BenchmarkDotNet.Attributes;
using Dbt.Hypervisor;

namespace Dbt.Perf.Stages;

/// <summary>Guest instructions under the reference engine; the time is that of one instruction.</summary>
public class Interpretation
{
    private const string Rom = "bench-sieve";
    private const int Instructions = 20_000_000;

    private byte[] _rom = [];

    [GlobalSetup]
    public void Load() => _rom = CommittedRom.Read(Rom);

    [Benchmark(OperationsPerInvoke = Instructions)]
    public long Sieve()
    {
        using VirtualMachine machine = new(new MachineConfiguration
        {
            Kernel = _rom,
            KernelName = Rom,
            CommandLine = "n=1",
            Engine = Engine.Interp,
            InstructionLimit = Instructions,
        });
        return machine.Run(default).Instructions;
    }
}
