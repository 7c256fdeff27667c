using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>How a guest's time passes while its standard input is not a terminal.</summary>
[Trait("Speed", "slow")]
public sealed class StandardInputTests
{
    // The kernel's clock.
    private const double TicksPerSecond = 100;

    private const string Prompt = "$ ";

    // How long the program at the other end thinks, and how much longer it may find the guest's clock.
    private static readonly TimeSpan s_thought = TimeSpan.FromMilliseconds(300), s_slack = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("run", "kernel")]
    [InlineData("machines", "kernel")]
    public void While_a_program_that_holds_it_open_thinks_a_guest_waits(params string[] command)
    {
        using Process run = DbtProcess.StartWithInput(command);
        Answer(run);
        Stopwatch watch = Stopwatch.StartNew();

        double before = Ticks(run);
        Thread.Sleep(s_thought);
        double after = Ticks(run);

        Assert.InRange(TimeSpan.FromSeconds((after - before) / TicksPerSecond), TimeSpan.Zero, watch.Elapsed + s_slack);
        run.Kill();
    }

    private static double Ticks(Process run)
    {
        run.StandardInput.Write("ticks\n");
        run.StandardInput.Flush();
        string line = Answer(run).Split('\n')[^2];
        return double.Parse(line.Split('|')[^1], CultureInfo.InvariantCulture);
    }

    // What the guest says before it asks for the next command.
    private static string Answer(Process run)
    {
        StringBuilder said = new();
        while (!said.ToString().EndsWith(Prompt, StringComparison.Ordinal))
        {
            int next = run.StandardOutput.Read();
            Assert.True(next >= 0, "the guest has ended");
            said.Append((char)next);
        }
        return said.ToString();
    }
}
