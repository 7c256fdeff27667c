using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms;

/// <summary>The benchmark kernels compute the same as on the host, where their checksums come from.</summary>
[Trait("Speed", "slow")]
public sealed class BenchmarkRomTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    private static readonly string[] s_kernels =
        ["crc", "fib", "sieve", "matmul", "bytecode", "chase", "sha256", "sort", "strings", "states", "fmatmul", "nbody", "fft", "mandelbrot",
            "mips16-crc", "mips16-fib", "mips16-sieve", "mips16-matmul", "mips16-bytecode", "mips16-chase", "mips16-sha256", "mips16-sort", "mips16-strings"];

    public static TheoryData<string, ByteOrder> KernelsAndOrders
    {
        get
        {
            TheoryData<string, ByteOrder> data = [];
            foreach (string kernel in s_kernels)
            {
                data.Add(kernel, ByteOrder.Little);
                data.Add(kernel, ByteOrder.Big);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(KernelsAndOrders))]
    public void One_round_finds_its_checksum(string kernel, ByteOrder order)
    {
        using VirtualMachine machine = new(GuestRun.Rom("bench-" + kernel, order) with { CommandLine = "n=1" });
        using CancellationTokenSource stop = new(_limit);

        GuestRun run = GuestRun.Of(machine, stop.Token);

        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
        Assert.EndsWith("ROM-OK\r\n", run.Console, StringComparison.Ordinal);
    }
}
