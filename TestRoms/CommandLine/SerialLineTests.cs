using System.Net.Sockets;
using System.Text;
using Dbt.Runtime;
using Dbt.Tool.Lines;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>Where serial ports lead, and who is at the other end.</summary>
public sealed class SerialLineTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("stdio", "Stdio, , False, False")]
    [InlineData("file:/tmp/a,b:c", "File, /tmp/a,b:c, False, False")]
    [InlineData("tcp:localhost:4444", "Tcp, localhost:4444, False, False")]
    [InlineData("tcp::0,server", "Tcp, :0, True, True")]
    [InlineData("tcp:127.0.0.1:4444,server,nowait", "Tcp, 127.0.0.1:4444, True, False")]
    [InlineData("unix:/tmp/s,server=on,wait=off", "Unix, /tmp/s, True, False")]
    [InlineData("stdio:x", null)]
    [InlineData("file:", null)]
    [InlineData("tcp:4444", null)]
    [InlineData("tcp:host:65536", null)]
    [InlineData("tcp:host:1,nowait", null)]
    [InlineData("unix:/tmp/s,servre", null)]
    [InlineData("telnet:host:1", null)]
    public void Targets_are_said_as_to_QEMU(string text, string? expected)
    {
        LineTarget? target = LineTarget.Parse(text);

        Assert.Equal(expected, target is null ? null : $"{target.Kind}, {target.Address}, {target.IsServer}, {target.Waits}");
    }

    [Fact]
    public void A_file_gets_all_however_often_the_disk_is_full()
    {
        using StubbornStream stubborn = new(failures: 2);
        using (FileLine line = new("x", stubborn))
            Send(line, new string('x', 10_000) + "end");

        Assert.Equal(10_003, stubborn.Written.Length);
        Assert.EndsWith("xend", Encoding.ASCII.GetString(stubborn.Written.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_gets_all_if_the_guest_ends_while_the_disk_is_full()
    {
        using StubbornStream stubborn = new(failures: 2);
        using (FileLine line = new("x", stubborn))
        {
            Send(line, "end");
            stubborn.WaitForFailure();
        }

        Assert.Equal("end", Encoding.ASCII.GetString(stubborn.Written.ToArray()));
    }

    [Fact]
    public void A_file_that_cannot_be_written_to_the_end_is_an_error_then()
    {
        using StubbornStream stubborn = new(failures: int.MaxValue);
        FileLine line = new("x", stubborn);
        Send(line, "lost");

        Assert.Contains("file:x", Assert.Throws<IOException>(line.Dispose).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp:127.0.0.1:0,server,nowait")]
    [InlineData("unix:{0}/socket,server,nowait")]
    public void Who_connects_is_heard_and_hears_what_is_sent_from_then_on_and_the_next_likewise(string target)
    {
        using SerialLine line = Open(target);
        BlockedInput input = new();
        line.Listen(input.Take, _ => { });
        Send(line, "before");
        for (int visitor = 0; visitor < 2; visitor++)
        {
            using Socket socket = Connect(line, target);
            socket.Send("in"u8);
            Assert.Equal("in", input.Read(2));
            Send(line, "out");
            Assert.Equal("out", Receive(socket, 3));
        }
    }

    [Fact]
    public void A_line_that_connects_hears_until_the_other_end_closes()
    {
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "socket")));
        listener.Listen();
        using SerialLine line = Open("unix:{0}/socket");
        Send(line, "first");
        using Socket other = listener.Accept();
        Assert.Equal("first", Receive(other, 5));
        BlockedInput input = new();
        using ManualResetEventSlim closed = new();
        line.Listen(input.Take, awaits =>
        {
            if (!awaits)
                closed.Set();
        });
        other.Send("last"u8);
        other.Dispose();

        Assert.Equal("last", input.Read(4));
        Assert.True(closed.Wait(s_patience));
        Send(line, "nobody is there");
    }

    [Fact]
    public void Who_does_not_read_keeps_no_guest_waiting()
    {
        using SerialLine line = Open("unix:{0}/socket,server,nowait");
        BlockedInput input = new();
        line.Listen(input.Take, _ => { });
        using Socket socket = Connect(line, "unix:{0}/socket");
        socket.Send("x"u8);
        input.Read(1);
        Send(line, new string('x', 4 << 20));

        Assert.InRange(((PeerLine)line).Lost, 1, 4 << 20);
    }

    [Fact]
    public void A_socket_that_a_run_left_behind_is_taken_and_a_file_or_one_in_use_is_not()
    {
        string path = Path.Combine(_folder, "socket");
        using (Socket left = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            left.Bind(new UnixDomainSocketEndPoint(path));

        using (SerialLine line = Open("unix:{0}/socket,server,nowait"))
            Assert.Contains("unix:", Assert.Throws<GuestSetupException>(() => Open("unix:{0}/socket,server,nowait")).Message, StringComparison.Ordinal);

        File.WriteAllText(path, "mine");
        Assert.Throws<GuestSetupException>(() => Open("unix:{0}/socket,server,nowait"));
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public void A_pseudo_terminal_is_raw_and_anybody_may_open_it()
    {
        using SerialLine line = Open("pty");
        BlockedInput input = new();
        line.Listen(input.Take, _ => { });
        string name = line.Announcement!.Split(' ')[^1];
        for (int visitor = 0; visitor < 2; visitor++)
        {
            using FileStream terminal = new(name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            terminal.Write("a\n\x03"u8);
            Assert.Equal("a\n\x03", input.Read(3));
            Send(line, "b\n");
            byte[] read = new byte[2];
            terminal.ReadExactly(read);
            Assert.Equal("b\n"u8, read);
        }
    }

    [Fact]
    public void A_guest_s_ports_lead_where_they_are_led()
    {
        string first = Path.Combine(_folder, "first"), second = Path.Combine(_folder, "second");
        (int status, string output, string errors) = DbtProcess.Run("run", "pmap", "--serial", $"file:{first}", "--serial", $"file:{second}");

        Assert.Equal((0, "", ""), (status, output, errors));
        Assert.EndsWith("ROM-OK", File.ReadAllText(first).TrimEnd(), StringComparison.Ordinal);
        Assert.Empty(File.ReadAllText(second));
    }

    [Fact]
    public void Ports_that_share_the_terminal_say_which_they_are()
    {
        (int status, string output, _) = DbtProcess.Run("run", "pmap", "--serial", "stdio", "--serial", "stdio");

        Assert.Equal(0, status);
        Assert.Contains("serial-0 | ROM-OK", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_opened_is_said_before_the_guest_runs()
    {
        DbtProcess.Refuses("cannot open --serial 'file:/nowhere/x'", ["run", "pmap", "--serial", "file:/nowhere/x"]);
        DbtProcess.Refuses($"cannot open --serial 'unix:{_folder}/s'", ["run", "pmap", "--serial", $"unix:{_folder}/s"]);
    }

    private static void Send(SerialLine line, string text)
    {
        foreach (char letter in text)
            line.Write((byte)letter);
    }

    private SerialLine Open(string target) =>
        SerialLine.Open(LineTarget.Parse(target.Replace("{0}", _folder, StringComparison.Ordinal))!, _ => { }, CancellationToken.None)!;

    private Socket Connect(SerialLine line, string target)
    {
        bool isUnix = target.StartsWith("unix", StringComparison.Ordinal);
        Socket socket = new(isUnix ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Unspecified);
        if (isUnix)
            socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(_folder, "socket")));
        else
            socket.Connect("127.0.0.1", int.Parse(line.Announcement!.Split(':')[^1], null));
        return socket;
    }

    private static string Receive(Socket socket, int bytes)
    {
        socket.ReceiveTimeout = (int)s_patience.TotalMilliseconds;
        byte[] buffer = new byte[bytes];
        for (int read = 0; read < bytes;)
        {
            int count = socket.Receive(buffer.AsSpan(read));
            Assert.True(count > 0);
            read += count;
        }
        return Encoding.ASCII.GetString(buffer);
    }

    /// <summary>What came in, for a test that waits for it.</summary>
    private sealed class BlockedInput
    {
        private readonly System.Collections.Concurrent.BlockingCollection<byte> _bytes = [];

        public void Take(byte value) => _bytes.Add(value);

        public string Read(int count)
        {
            StringBuilder text = new();
            for (int i = 0; i < count; i++)
            {
                Assert.True(_bytes.TryTake(out byte value, s_patience));
                text.Append((char)value);
            }
            return text.ToString();
        }
    }

    /// <summary>A disk that is full for a while.</summary>
    private sealed class StubbornStream(int failures) : Stream
    {
        private readonly ManualResetEventSlim _failed = new();
        private int _failures = failures;

        public MemoryStream Written { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Written.Length;

        public override long Position { get => Written.Position; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (_failures > 0)
            {
                _failures--;
                _failed.Set();
                throw new IOException("no space left on device");
            }
            Written.Write(buffer);
        }

        public void WaitForFailure() => _failed.Wait();

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _failed.Dispose();
            base.Dispose(disposing);
        }
    }
}
