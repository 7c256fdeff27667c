using System.Text;
using Dbt.Hypervisor;
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
        StringBuilder console = new();
        machine.SerialOutput += (_, value) => console.Append((char)value);
        using CancellationTokenSource stop = new(_limit);

        RunResult end = machine.Run(stop.Token);

        Assert.Equal(StopReason.PoweredOff, end.Reason);
        Assert.EndsWith("ROM-OK\r\n", console.ToString());
    }
}
