using System.Diagnostics;
using Dbt.Runtime;
using Dbt.TestRoms.Debian;
using Dbt.Tool.Guests;
using Dbt.Tool.Terminal;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>What dbt says of itself, whatever it repeats.</summary>
[Trait("Needs", "guests")]
public sealed class MessageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("no guest 'a\u001b[2Jb'", "no guest 'a\\x1b[2Jb'")]
    [InlineData("one\ntwo\r\u0007\u009b", "one\\x0atwo\\x0d\\x07\\x9b")]
    [InlineData("turned \u202e round", "turned \\x202e round")]
    [InlineData("größer, 大きい, 🙂 and 'so'", "größer, 大きい, 🙂 and 'so'")]
    public void It_is_a_line_that_commands_no_terminal(string text, string expected) =>
        Assert.Equal(expected, Message.Plain(text));

    [Fact]
    public void A_long_value_buries_nothing()
    {
        string text = $"file '{new string('a', 100_000)}' does not exist";

        Assert.Equal($"file '{new string('a', 200)}…' does not exist", Message.Plain(text));
        Assert.Equal(2001, Message.Plain(new string('b', 100_000)).Length);
    }

    [Theory]
    [InlineData("no guest 'a\\x1b[31mb\\x0ac': it is neither", "run", "a\u001b[31mb\nc")]
    [InlineData("not 'a\\x1b[31mb'", "run", "kernel", "--memory", "a\u001b[31mb")]
    [InlineData("argument 'a\\x1b[31mb'", "run", "kernel", "a\u001b[31mb")]
    [InlineData("initial ramdisk 'a\\x1b[31mb' does not exist", "run", "kernel", "--initrd", "a\u001b[31mb")]
    public void A_value_is_repeated_so(string expected, params string[] arguments) =>
        DbtProcess.Refuses(expected, arguments);

    [Fact]
    public void A_value_of_100_000_bytes_is_repeated_in_part() =>
        DbtProcess.Refuses("aaa…': it is neither in the list", ["disasm", new string('a', 100_000)]);

    [Theory]
    [InlineData("HOME", "the home folder '/nonexistent' does not exist; set HOME or XDG_CACHE_HOME")]
    public void A_home_that_is_not_there_is_not_called_unset(string variable, string expected)
    {
        using Process guests = DbtProcess.StartIn(
            new Dictionary<string, string?> { [variable] = "/nonexistent", ["XDG_CACHE_HOME"] = null }, "guests");

        Assert.Equal($"dbt: no place for the cache: {expected}\n", guests.StandardError.ReadToEnd());
        guests.WaitForExit();
        Assert.Equal(Tool.CommandLine.UsageStatus, guests.ExitCode);
    }

    [SkippableFact]
    [Trait("Speed", "slow")]
    public void A_guest_with_a_system_is_disassembled_as_its_kernel_runs()
    {
        DebianGuest.With("true");
        using Process disasm = DbtProcess.Start(["disasm", "debian"], FetchedGuests.Home);

        while (disasm.StandardOutput.ReadLine() is { } line)
        {
            if (line == "do_one_initcall:")
            {
                Assert.Matches("^  8[0-9a-f]{7}  27bd[0-9a-f]{4}  addiu", disasm.StandardOutput.ReadLine());
                disasm.Kill();
                return;
            }
        }
        Assert.Fail("it has no do_one_initcall");
    }

    [Theory]
    [InlineData("that is where the guest's first process is", "/init")]
    [InlineData("that is where the guest's first process is", "/exec")]
    [InlineData("that is where the guest's first process is", "/etc/terminal")]
    [InlineData("that is where the guest's first process is", "/init/x")]
    [InlineData("that is a folder; end it with a /", "/dev")]
    [InlineData("that is a folder; end it with a /", "/usr/bin")]
    [InlineData("that is a folder; end it with a /", "/bin")]
    [InlineData("that is a folder; end it with a /", "/tmp")]
    [InlineData("the guest mounts a file system on /dev", "/dev/x")]
    [InlineData("the guest mounts a file system on /proc", "/proc/a/b")]
    [InlineData("it would be in a file, not in a folder", "/bin/busybox/x")]
    [InlineData("it would be in a file, not in a folder", "/a", "/a/b")]
    [InlineData("that is a folder; end it with a /", "/a/b", "/a")]
    [InlineData("another --file is put there already", "/bin/x", "/usr/bin/x")]
    [InlineData("a name has at most 255 bytes", "/LONG")]
    public void A_file_that_cannot_be_where_it_is_wanted_is_refused(string expected, params string[] paths)
    {
        string host = Path.Combine(_folder, "file");
        File.WriteAllText(host, "x");

        GuestSetupException refusal = Assert.Throws<GuestSetupException>(() => AddedFile.Pack(
            paths.Select(path => AddedFile.Parse($"{host}:{path.Replace("LONG", new string('é', 128), StringComparison.Ordinal)}")!)));

        Assert.StartsWith("--file cannot put a file at '/", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_may_be_anywhere_else()
    {
        string host = Path.Combine(_folder, "file");
        File.WriteAllText(host, "x");
        string[] paths = ["/x", "/bin/x", "/tmp/", "/root/a/b", "/root/a/c", "/etc/passwd", "/bin/busybox", "/initial"];

        AddedFile.Pack(paths.Select(path => AddedFile.Parse($"{host}:{path}")!));
    }

    [SkippableTheory]
    [InlineData("--exec needs a Linux kernel, and ROM is none", "timer", "--exec", "true")]
    [InlineData("--file needs a Linux kernel, and ROM is none", "timer", "--file", "/etc/passwd:/x")]
    [InlineData("ROM is a big-endian kernel, and the programs of debian are little-endian", "timer-be")]
    public void A_kernel_that_cannot_run_a_guest_s_programs_is_refused(string expected, string rom, params string[] more)
    {
        DebianGuest.With("true");
        string path = Path.Combine(_folder, "ROM");
        File.WriteAllBytes(path, EmbeddedRoms.Load(rom)!.Kernel.ToArray());

        DbtProcess.Refuses(expected, ["run", "debian", "--kernel", path, .. more], FetchedGuests.Home);
    }
}
