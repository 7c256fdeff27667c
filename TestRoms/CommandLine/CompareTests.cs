using Dbt.Tool.Comparison;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary><c>dbt compare</c>: one table of every engine, and the first line in which they do not agree.</summary>
[Trait("Speed", "slow")]
public sealed class CompareTests
{
    [Fact]
    public void Every_engine_has_a_row_with_the_same_instructions()
    {
        (int status, string output, string errors) = DbtProcess.Run(["compare", "bench-crc", "--append", "n=1", "--runs", "1"]);

        Assert.Equal("", errors);
        Assert.Equal(0, status);
        string[][] rows = [.. output.Split('\n').Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))];
        Assert.Equal(["interp", "threaded", "dbt", "dbt --no-chain", "dbt --blocks", "dbt --blocks --no-chain", "QEMU"], rows.Select(row => row[0]));
        string instructions = Assert.Single(rows[..^1].Select(row => row[1]).Distinct());
        Assert.Matches("^[0-9,]{5,}$", instructions);
        Assert.Equal("1.00", rows[0][4]);
        Assert.Equal(Qemu.Version is null ? "not installed" : "", rows[^1][1]);
    }

    [SkippableFact]
    public void Outputs_that_differ_are_one_line_and_status_1()
    {
        Skip.If(Qemu.Version is null, Qemu.Missing);

        // QEMU's EPC is wrong there; see TestRoms/roms/README.md.
        (int status, string output, string errors) = DbtProcess.Run(["compare", "exceptions"]);

        Assert.Equal(1, status);
        Assert.Contains("| QEMU ", output, StringComparison.Ordinal);
        string line = Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("dbt: the outputs of interp and QEMU differ in line ", line, StringComparison.Ordinal);
        Assert.Contains("and 'FAIL syscall in the slot of bne", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_that_does_not_end_is_one_line_and_status_2()
    {
        (int status, _, string errors) = DbtProcess.Run(["compare", "panic-spin", "--limit", "1"]);

        Assert.Equal(Tool.CommandLine.UsageStatus, status);
        string line = Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("dbt: ", line, StringComparison.Ordinal);
        Assert.EndsWith(" did not end within 1 s", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b", "a,b", null)]
    [InlineData("a,b", "a,c", "the outputs of interp and dbt differ in line 2: 'b' and 'c'")]
    [InlineData("a", "a,c", "the outputs of interp and dbt differ in line 2: nothing and 'c'")]
    [InlineData("a,b", "a", "the outputs of interp and dbt differ in line 2: 'b' and nothing")]
    public void The_first_line_that_differs_is_named(string left, string right, string? expected) =>
        Assert.Equal(expected, OutputDifference.Between(left.Split(','), right.Split(','))?.Describe("interp", "dbt"));

    [Fact]
    public void Messages_of_Linux_are_not_compared_with_QEMUs() => Assert.Equal(
        ["BOOT-OK", "[ 1 ]"],
        OutputDifference.WithoutKernelMessages(["[    0.000000] Linux version 6.1.0", "BOOT-OK", "[ 1 ]", "[   12.345678] reboot: Power down"]));
}
