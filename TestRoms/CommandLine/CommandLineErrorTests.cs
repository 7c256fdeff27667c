using Xunit;

namespace Dbt.TestRoms.CommandLine;

public sealed class CommandLineErrorTests
{
    [Theory]
    [InlineData("no guest 'no-such-file'", "run", "no-such-file")]
    [InlineData("is a directory", "run", "/")]
    [InlineData("--kernel", "run")]
    [InlineData("--memory takes a size from 16M to 2G, not '3'", "run", "kernel", "--memory", "3")]
    [InlineData("--memory takes a size from 16M to 2G, not '4G'", "run", "kernel", "--memory", "4G")]
    [InlineData("--insns takes a number", "run", "kernel", "--insns", "many")]
    [InlineData("--insns takes a number", "run", "kernel", "--insns", "-5")]
    [InlineData("--clock takes virtual or host, not 'sun'", "run", "kernel", "--clock", "sun")]
    [InlineData("--engine takes interp, threaded or dbt, not 'steam'", "run", "kernel", "--engine", "steam")]
    [InlineData("--no-chain is about translated code, and --engine interp has none", "run", "kernel", "--engine", "interp", "--no-chain")]
    [InlineData("--blocks is about translated code, and --engine threaded has none", "run", "kernel", "--engine", "threaded", "--blocks")]
    [InlineData("--append-only and --append exclude each other", "run", "kernel", "--append", "a", "--append-only", "b")]
    [InlineData("--cache and --no-cache exclude each other", "run", "kernel", "--cache", "folder", "--no-cache")]
    [InlineData("--packages takes names", "run", "debian", "--packages", "-o")]
    [InlineData("kernel 'no-such-file' does not exist", "run", "debian", "--kernel", "no-such-file")]
    [InlineData("initial ramdisk 'no-such-file' does not exist", "run", "debian", "--initrd", "no-such-file")]
    [InlineData("--exec is for guests with a user space that takes it: debian, kvm-guest, malta-be, kvm-guest-be, kvm-host", "run", "kernel", "--exec", "true")]
    [InlineData("--packages is for guests with a user space that takes it: debian", "run", "malta-be", "--packages", "perl-base")]
    [InlineData("--file is for guests with a user space that takes it: debian, malta-be, kvm-host", "run", "kvm-guest", "--exec", "true", "--file", "/etc/passwd:/etc/passwd")]
    [InlineData("--file takes HOST:GUEST", "run", "debian", "--file", "passwd")]
    [InlineData("file 'no-such-file' does not exist", "run", "debian", "--file", "no-such-file:/x")]
    [InlineData("--jit-threshold takes a number", "run", "kernel", "--jit-threshold", "0")]
    [InlineData("--l2tlb takes a number from 0 to 4096, not '5000'", "run", "kernel", "--l2tlb", "5000")]
    [InlineData("--trace takes physical addresses in hexadecimal", "run", "kernel", "--trace", "page")]
    [InlineData("there is no memory to trace at physical address 0x18000000", "run", "kernel", "--trace", "0x18000000")]
    [InlineData("--walk takes addresses in hexadecimal", "inspect", "kernel", "--walk", "0x80000000,there")]
    [InlineData("no guest 'no-such-file'", "disasm", "no-such-file")]
    [InlineData("only debian, kvm-guest, malta-be, kvm-guest-be, kvm-host are fetched; 'gentoo' is not", "guests", "fetch", "gentoo")]
    [InlineData("--engines takes two of interp, threaded, dbt", "lockstep", "kernel", "--engines", "interp,steam")]
    [InlineData("--net leads to a network that is never the same twice: record a run with --pcap", "lockstep", "ethernet", "--net", "user")]
    [InlineData("PC takes an address", "code", "kernel", "5")]
    [InlineData("no fragment has code at 0x80000000", "code", "panic-spin", "0x80000000", "--insns", "1000")]
    [InlineData("--shares has 2 numbers for 1 machines", "machines", "kernel", "--shares", "1,2")]
    [InlineData("--shares takes numbers from 1 to 1000", "machines", "kernel", "--shares", "0")]
    [InlineData("the list of machines ends at 2", "machines", "kernel", "timer", "--console", "3")]
    [InlineData("no guest 'no-such-file'", "machines", "kernel", "no-such-file")]
    [InlineData("unrecognized command or argument 'fly'", "fly")]
    public void What_cannot_be_done_is_one_line_and_status_2(string expected, params string[] arguments) => DbtProcess.Refuses(expected, arguments);

    [Theory]
    [InlineData("run")]
    [InlineData("machines")]
    [InlineData("study")]
    [InlineData("compare")]
    [InlineData("inspect")]
    [InlineData("lockstep")]
    public void A_program_of_the_host_is_one_line_and_status_2(string command)
    {
        (int status, _, string errors) = DbtProcess.Run([command, Environment.ProcessPath!]);

        Assert.Equal(Tool.CommandLine.UsageStatus, status);
        Assert.StartsWith($"dbt: {Path.GetFileName(Environment.ProcessPath!)} ", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_shows_examples_and_the_exit_status()
    {
        (int status, string output, _) = DbtProcess.Run(["run", "--help"]);

        Assert.Equal(0, status);
        Assert.Contains("dbt run debian --exec", output, StringComparison.Ordinal);
        Assert.Contains("Exit status:", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("study")]
    [InlineData("machines")]
    [InlineData("lockstep")]
    [InlineData("compare")]
    [InlineData("inspect")]
    public void Help_says_an_option_s_default_once(string command)
    {
        (_, string output, _) = DbtProcess.Run([command, "--help"]);

        string[] options = [.. output.Split('\n').Where(line => line.Contains("[default: ", StringComparison.Ordinal))];
        Assert.NotEmpty(options);
        Assert.All(options, line => Assert.Equal(2, line.Split("[default: ").Length));
    }
}
