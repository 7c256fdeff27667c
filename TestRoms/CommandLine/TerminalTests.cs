using System.Text;
using Dbt.Hypervisor;
using Dbt.Tool.Inspection;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

public sealed class TerminalTests
{
    [Theory]
    [InlineData("ls\r\u0003", "ls\r\u0003", 0, 0)]
    [InlineData("\u0001x", "", 1, 0)]
    [InlineData("a\u0001\u0001b", "a\u0001b", 0, 0)]
    [InlineData("\u0001h", "", 0, 1)]
    [InlineData("\u0001?x", "x", 0, 1)]
    public void Only_the_key_after_control_A_is_for_dbt(string pressed, string toGuest, int left, int helped)
    {
        StringBuilder sent = new();
        int leaves = 0, helps = 0;
        EscapeKeys keys = new(key => sent.Append((char)key), () => leaves++, () => helps++);

        foreach (char key in pressed)
            keys.Press((byte)key);

        Assert.Equal((toGuest, left, helped), (sent.ToString(), leaves, helps));
    }

    [Fact]
    public void Output_arrives_whole_and_in_order()
    {
        MemoryStream stream = new();
        byte[] expected = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 7))];

        using (ByteOutput output = new(stream, () => false, () => { }))
        {
            foreach (byte value in expected)
                output.Write(value);
        }

        Assert.Equal(expected, stream.ToArray());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    public void Output_that_reaches_nobody_is_told_of_at_once_and_again_at_the_end(Type? refusal)
    {
        using ManualResetEvent told = new(false);
        ByteOutput output = new(new Refusing(refusal), () => refusal is null, () => told.Set());

        output.Write((byte)'x');
        told.WaitOne();

        Assert.Throws<IOException>(output.Dispose);
    }

    [Fact]
    public void A_mark_is_found_once_wherever_it_begins()
    {
        int found = 0;
        TextMark mark = new("OK", () => found++);

        foreach (byte value in "OOK OK"u8)
            mark.See(value);

        Assert.Equal(1, found);
    }

    [Theory]
    [InlineData("exit 3\n", 3)]
    [InlineData("exit 0\r\n", 0)]
    [InlineData("", null)]
    [InlineData("exit", null)]
    [InlineData("exit 256\n", null)]
    public void The_status_is_what_init_says_it_is(string said, int? expected) => Assert.Equal(expected, CommandStatus.Parse(said));

    [Fact]
    public void The_last_lines_of_a_console_are_kept()
    {
        LastLines console = new(2);

        foreach (byte value in "one\r\ntwo\r\nthree\r\nfo"u8)
            console.Add(value);

        Assert.Equal(["two", "three", "fo"], console.Lines);
    }

    [Fact]
    public void Of_a_line_or_a_status_without_end_only_the_beginning_is_kept()
    {
        LastLines console = new(2);
        CommandStatus status = new();

        for (int i = 0; i < 100_000; i++)
        {
            console.Add((byte)'x');
            status.Add((byte)' ');
        }
        foreach (byte value in "exit 3"u8)
            status.Add(value);

        Assert.Equal(4096, Assert.Single(console.Lines).Length);
        Assert.Null(status.Value);
    }

    [Fact]
    public void A_run_s_end_says_where_the_guest_was()
    {
        RunResult reset = new(StopReason.Reset, 0xffffffff80101234, 1, 1, "");

        Assert.Equal("the guest reset the machine at pc 0x80101234", EndReport.Describe(reset));
    }

    private sealed class Refusing(Type? with) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (with is not null)
                throw (Exception)Activator.CreateInstance(with)!;
        }
    }
}
