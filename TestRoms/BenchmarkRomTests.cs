using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms;

/// <summary>The benchmark kernels compute the same as on the host, where their checksums come from.</summary>
public sealed class BenchmarkRomTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Kernels => ["crc", "fib", "sieve", "matmul", "bytecode", "chase", "sha256", "sort", "strings", "fmatmul", "nbody", "fft", "mandelbrot"];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void One_round_finds_its_checksum(string kernel)
    {
        using Stream rom = System.Reflection.Assembly.Load("dbt").GetManifestResourceStream($"rom/bench-{kernel}")!;
        byte[] image = new byte[rom.Length];
        rom.ReadExactly(image);
        using VirtualMachine machine = new(new MachineConfiguration { Kernel = image, KernelName = kernel, CommandLine = "n=1" });
        using CancellationTokenSource stop = new(_limit);

        GuestRun run = GuestRun.Of(machine, stop.Token);

        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
        Assert.EndsWith("ROM-OK\r\n", run.Console, StringComparison.Ordinal);
    }
}
