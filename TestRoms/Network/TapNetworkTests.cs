using System.Diagnostics;
using System.Runtime.Versioning;
using Dbt.Runtime;
using Dbt.Tool.Network;
using Xunit;

namespace Dbt.TestRoms.Network;

/// <summary>An interface of the host's own at the other end of the cable, where this machine lets us have one.</summary>
[SupportedOSPlatform("linux")]
public sealed class TapNetworkTests
{
    private const string Name = "dbt-test-tap", Address = "198.18.250.1";

    // Who has 198.18.250.1? Tell 52:54:00:12:34:56 at 198.18.250.2 (RFC 826).
    private static readonly byte[] s_question = Convert.FromHexString(
        "ffffffffffff525400123456" + "0806" + "0001080006040001" + "525400123456" + "c612fa02" + "000000000000" + "c612fa01");

    [SkippableFact]
    public void The_host_answers_a_guest_that_asks_for_its_address_and_the_interface_is_gone_with_the_run()
    {
        using (TapNetwork network = Tap())
        {
            using AutoResetEvent arrived = new(false);
            network.Arrived += () => arrived.Set();
            network.Send(s_question, 0);
            Run("addr", "add", $"{Address}/24", "dev", Name);
            Run("link", "set", Name, "up");
            Assert.Throws<GuestSetupException>(() => new TapNetwork(Name));

            network.Send(s_question, 0);

            // The host has things to say of its own before.
            for (byte[]? frame = null; frame is null || !IsAnswer(frame); frame = network.Receive(0))
                Assert.True(frame is not null || arrived.WaitOne(TimeSpan.FromSeconds(30)), "nothing came");
        }
        Assert.False(Directory.Exists($"/sys/class/net/{Name}"));
    }

    private static bool IsAnswer(byte[] frame) => frame.AsSpan(0, 6).SequenceEqual(s_question.AsSpan(6, 6))
        && frame.AsSpan(12, 10).SequenceEqual(Convert.FromHexString("08060001080006040002")) && frame.AsSpan(28, 4).SequenceEqual(s_question.AsSpan(38, 4));

    private static TapNetwork Tap()
    {
        Skip.IfNot(File.Exists("/sbin/ip"), "needs ip, of Debian's iproute2");
        try
        {
            return new TapNetwork(Name);
        }
        catch (GuestSetupException refused)
        {
            Assert.DoesNotContain('\n', refused.Message);
            throw new SkipException(refused.Message);
        }
    }

    private static void Run(params string[] arguments)
    {
        using Process process = Process.Start("/sbin/ip", arguments);
        process.WaitForExit();
        Skip.If(process.ExitCode != 0, $"'ip {string.Join(' ', arguments)}' is not allowed here");
    }
}
