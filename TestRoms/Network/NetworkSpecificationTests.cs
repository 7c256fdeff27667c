using System.CommandLine;
using System.Net;
using Dbt.Runtime;
using Dbt.Runtime.Network;
using Dbt.Tool.Network;
using Dbt.Tool.Options;
using Xunit;

namespace Dbt.TestRoms.Network;

public sealed class NetworkSpecificationTests
{
    [Theory]
    [InlineData("none", CardModel.Pcnet, null, true)]
    [InlineData("socket,listen=:4000,model=e1000", CardModel.E1000, null, true)]
    [InlineData("none,model=virtio", CardModel.Virtio, null, true)]
    [InlineData("none,model=pcnet,mac=02:00:00:aa:bb:cc,link=off", CardModel.Pcnet, "02:00:00:aa:bb:cc", false)]
    [InlineData("user,hostfwd=tcp::8080-:80,hostfwd=udp:127.0.0.1:53-10.0.2.15:5353,restrict=on", CardModel.Pcnet, null, true)]
    public void A_network_is_a_kind_and_what_it_is_told(string text, CardModel model, string? address, bool isUp)
    {
        NetworkSpecification? network = NetworkSpecification.Parse(text, out string? error);

        Assert.Null(error);
        Assert.Equal((model, address, isUp), (network!.Model, network.Address?.ToString(), network.LinkUp));
    }

    [Theory]
    [InlineData("wire", "takes user, socket, tap, switch or none, not 'wire'")]
    [InlineData("socket", "socket takes one of listen=, connect=, and udp= with localaddr=, each with [ADDRESS]:PORT")]
    [InlineData("socket,listen=:1,connect=:2", "socket takes one of listen=, connect=, and udp= with localaddr=, each with [ADDRESS]:PORT")]
    [InlineData("tap", "tap takes the name of an interface, as in ifname=tap0")]
    [InlineData("tap,ifname=far-too-long-a-name", "takes a name of at most 15 letters for ifname, not 'far-too-long-a-name'")]
    [InlineData("socket,listen=1", "takes [ADDRESS]:PORT for listen, not '1'")]
    [InlineData("user,hostfwd=tcp::0-:80", "takes tcp:[ADDRESS]:PORT-[ADDRESS]:PORT, or udp for hostfwd, not 'tcp::0-:80'")]
    [InlineData("user,mac=01:00:00:00:00:01", "takes the address of a card, such as 52:54:00:12:34:56 for mac, not '01:00:00:00:00:01'")]
    [InlineData("user,model=ne2000", "takes pcnet, e1000 or virtio for model, not 'ne2000'")]
    [InlineData("none,restrict=on", "knows no 'restrict=on' there, only model=, mac=, link=")]
    [InlineData("user,tftp=/nowhere/at/all", "takes a folder that is there for tftp, not '/nowhere/at/all'")]
    public void What_is_wrong_with_it_is_said_in_a_line(string text, string expected)
    {
        Assert.Null(NetworkSpecification.Parse(text, out string? error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_port_forward_has_two_ends_each_with_an_address_if_one_likes()
    {
        Assert.Equal(new PortForward(false, IPAddress.Any, 8080, PortForward.Guest, 80), PortForward.Parse("tcp::8080-:80"));
        Assert.Equal(new PortForward(true, IPAddress.Loopback, 53, IPAddress.Parse("10.0.2.20"), 5353), PortForward.Parse("udp:127.0.0.1:53-10.0.2.20:5353"));
        Assert.Equal(new GuestForward(IPAddress.Parse("10.0.2.100"), 80, "cat -", null), GuestForward.Parse("tcp:10.0.2.100:80-cmd:cat -"));
        Assert.Equal(new GuestForward(IPAddress.Parse("10.0.2.100"), 80, null, "/a:b"), GuestForward.Parse("tcp:10.0.2.100:80-unix:/a:b"));
        Assert.All(["", "tcp::80", "tcp::80-80", "sctp::80-:80", "tcp:host:80-:80", "tcp::65536-:80"], text => Assert.Null(PortForward.Parse(text)));
    }

    [Fact]
    public void A_card_without_an_address_has_that_of_its_place() => Assert.Equal(
        "52:54:00:12:34:56 52:54:00:12:34:57 52:54:00:12:34:58",
        string.Join(' ', Enumerable.Range(0, 3).Select(place => NetworkSpecification.Parse("none", out _)!.ToCard(place).Address)));

    [Theory]
    [InlineData("user", true)]
    [InlineData("socket,connect=:1", true)]
    [InlineData("none", false)]
    [InlineData("switch", false)]
    public void A_machine_has_the_host_s_date_where_its_network_leads_out(string text, bool isHosts)
    {
        ParseResult options = Tool.CommandLine.CreateRoot().Parse(["machines", "kernel", "--net", text]);
        DateTime before = DateTime.UtcNow;

        DateTime? shown = NetworkOptions.Net.SetsMachine!(MachineOptions.Usual, NetworkOptions.Net.In(options)).PowerOn;

        Assert.Equal(isHosts, shown >= before && shown <= DateTime.UtcNow);
        Assert.Equal(isHosts, shown is not null);
    }

    [Theory]
    [InlineData(new byte[0], false)]
    [InlineData(new byte[] { 1, 2, 3 }, true)]
    public void What_is_no_capture_is_refused(byte[] file, bool refused)
    {
        if (refused)
            Assert.Throws<GuestSetupException>(() => PacketCapture.Read(file, "x"));
        else
            Assert.Empty(PacketCapture.Read(file, "x").Entered);
    }

    [Fact]
    public void A_damaged_capture_is_refused_and_breaks_nothing()
    {
        MemoryStream file = new();
        DateTime powerOn = new(2026, 11, 29, 2, 45, 17, 250, DateTimeKind.Utc);
        using (PacketCapture capture = new(file, [new NetworkCard(CardModel.Pcnet, MacAddress.OfCard(0), () => new Unconnected())], powerOn))
            capture.Write(0, FrameDirection.In, 5_000_000_000, 7, new byte[61]);
        byte[] whole = file.ToArray();
        CapturedRun run = PacketCapture.Read(whole, "x");
        CapturedFrame entered = Assert.Single(run.Entered);
        Assert.Equal((powerOn, DateTimeKind.Utc), (run.PowerOn, run.PowerOn?.Kind));
        Assert.Equal((0, 5_000_000_000, 61), (entered.Card, entered.Time, entered.Bytes.Length));
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                PacketCapture.Read(damaged.AsSpan(0, random.Next(damaged.Length + 1)), "x");
            }
            catch (GuestSetupException refused)
            {
                Assert.DoesNotContain('\n', refused.Message);
            }
        }
    }
}
