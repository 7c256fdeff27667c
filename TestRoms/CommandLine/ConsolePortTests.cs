using System.Diagnostics;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Terminal;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>Which serial port is seen and typed into.</summary>
public sealed class ConsolePortTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", 0)]
    [InlineData("quiet console=tty0", 0)]
    [InlineData("console=ttyS2,38400 panic=-1", 2)]
    [InlineData("console=ttyS0 console=ttyS1", 1)]
    [InlineData("console=ttyS7", 0)]
    public void It_is_the_one_that_the_kernel_is_told_last_else_the_first(string commandLine, int expected) =>
        Assert.Equal(expected, new ConsolePort(commandLine).Number);

    [Theory]
    [InlineData("", "0021", "00", 0)]
    [InlineData("", "21221", "222", 2)]
    [InlineData("", "2202", "220", 0)]
    [InlineData("console=ttyS2", "00112", "002", 2)]
    public void Where_it_says_nothing_the_first_that_speaks_is_taken_for_it(
        string commandLine, string spoken, string seen, int last)
    {
        ConsolePort console = new(commandLine);

        Assert.Equal(seen, string.Concat(spoken.Where(port => console.Hears(port - '0'))));
        Assert.Equal(last, console.Number);
    }

    [Theory]
    [InlineData("run", 0xb800_03f8, 1, "Ax")]
    [InlineData("run", 0xb800_02f8, 1, "Ax")]
    [InlineData("run", 0xbf00_0900, 8, "Ax")]
    [InlineData("machines", 0xbf00_0900, 8, "echo | Ax")]
    public void A_guest_that_speaks_at_one_of_its_ports_only_is_seen_and_typed_to_there(
        string command, uint port, uint spacing, string expected)
    {
        string path = Path.Combine(_folder, "echo");
        File.WriteAllBytes(path, SmallGuest.Image(ByteOrder.Little, SmallGuest.Start, Echo(port, spacing)));
        using Process run = DbtProcess.StartWithInput(command, path);

        Assert.Equal(expected[..^1], Read(run.StandardOutput, expected.Length - 1));
        run.StandardInput.Write('x');
        run.StandardInput.Flush();
        Assert.Equal(expected[^1..], Read(run.StandardOutput, 1));
        run.Kill();
    }

    private static string Read(StreamReader output, int count)
    {
        char[] text = new char[count];
        return new string(text, 0, output.ReadBlock(text));
    }

    // Says 'A', then what it hears.
    private static uint[] Echo(uint port, uint spacing) =>
    [
        0x3c09_0000 | port >> 16,              //    lui   t1, port
        0x3529_0000 | port & 0xffff,           //    ori   t1, t1, port
        0x340a_0041,                           //    li    t2, 'A'
        0xa12a_0000,                           // 1: sb    t2, 0(t1)
        0x912b_0000 | 5 * spacing,             // 2: lbu   t3, 5 * spacing(t1): line status
        0x316b_0001,                           //    andi  t3, t3, 1: data ready
        0x1160_fffd,                           //    beqz  t3, 2b
        0x0000_0000,
        0x912a_0000,                           //    lbu   t2, 0(t1)
        0x1000_fff9,                           //    b     1b
        0x0000_0000,
    ];
}
