using System.Diagnostics;
using Dbt.TestRoms.Machines;
using Xunit;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.CommandLine;

/// <summary>A signal ends dbt, whatever it is doing.</summary>
[Trait("Speed", "slow")]
public sealed class SignalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public void A_guest_whose_output_nobody_reads_any_more_is_ended(string signal, int status)
    {
        using Process run = DbtProcess.Start("run", Talker());
        // By then it has begun; more than a pipe holds follows at once.
        for (int i = 0; i < 100_000; i++)
            run.StandardOutput.Read();

        Assert.Equal(status, StatusAfter(run, signal));
    }

    private static int StatusAfter(Process run, string signal)
    {
        const int FarTooLong = 20_000;
        Process.Start("kill", [$"-{signal}", $"{run.Id}"]).WaitForExit();
        bool ended = run.WaitForExit(FarTooLong);
        if (!ended)
            run.Kill();
        Assert.True(ended);
        return run.ExitCode;
    }

    // A kernel that sends dots for ever.
    private string Talker()
    {
        string path = Path.Combine(_folder, "talker");
        File.WriteAllBytes(path, SmallGuest.Image(
            Runtime.Memory.ByteOrder.Little, SmallGuest.Start,
            [.. Li(T0, 0xb800_03f8), .. Li(T1, '.'), Branch(-1), 0xa100_0000 | T1 << 16]));
        return path;
    }
}
