using System.Diagnostics;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>dbt started by somebody who has closed standard streams.</summary>
[Trait("Speed", "slow")]
public sealed class ClosedStreamTests
{
    [Theory]
    [InlineData("guests", ">&-", 2)]
    [InlineData("guests", "<&- >&-", 2)]
    [InlineData("guests", "<&- >&- 2>&-", 2)]
    [InlineData("disasm timer", ">&- 2>&-", 2)]
    [InlineData("run timer", "<&- >&- 2>&-", 2)]
    [InlineData("run timer --stats", "2>&-", 0)]
    [InlineData("run timer --stats", "<&- 2>&-", 0)]
    [InlineData("run timer --stats", "<&-", 0)]
    [InlineData("run no-such-file", "<&- 2>&-", 2)]
    [InlineData("guests", "1</dev/null", 2)]
    [InlineData("run timer --stats", "0>/dev/null 2</dev/null", 0)]
    public async Task Output_is_written_or_the_status_says_that_it_is_not(string command, string closed, int expected)
    {
        if (OperatingSystem.IsWindows())
            return;
        // A shell, since .NET starts no process without them; and not through a script, which would open itself there.
        using Process shell = Process.Start(new ProcessStartInfo(
            "sh", ["-c", $"dotnet '{typeof(Tool.CommandLine).Assembly.Location}' {command} {closed}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = shell.StandardError.ReadToEndAsync();
        string output = await shell.StandardOutput.ReadToEndAsync();
        string said = await errors;
        await shell.WaitForExitAsync();

        Assert.Equal(expected, shell.ExitCode);
        Assert.Equal(expected == 0, output.Contains("ROM-OK", StringComparison.Ordinal));
        bool hasErrors = !closed.Contains('2', StringComparison.Ordinal);
        Assert.Equal(hasErrors, said.Length > 0);
        if (expected == 2 && hasErrors)
            Assert.Equal("dbt: standard output is closed: lead it somewhere, if only to /dev/null\n", said);
    }
}
