using System.Net;
using System.Net.Sockets;
using Dbt.Runtime;
using Dbt.Runtime.Network;
using Dbt.Tool.Network;
using Xunit;

namespace Dbt.TestRoms.Network;

/// <summary>Cables between two emulators, as QEMU's sockets are: one end listens, or both send datagrams.</summary>
public sealed class SocketNetworkTests
{
    [Fact]
    public void Frames_go_both_ways_over_a_connection_and_keep_their_order()
    {
        IPEndPoint place = FreePlace();
        using StreamNetwork one = new(place, listens: true), other = new(place, listens: false);
        byte[][] frames = [.. Enumerable.Range(1, 20).Select(number => Enumerable.Repeat((byte)number, 60 * number).ToArray())];

        foreach (byte[] frame in frames)
            other.Send(frame, 0);
        Assert.Equal(frames, frames.Select(_ => Await(one)));
        one.Send(frames[3], 0);
        Assert.Equal(frames[3], Await(other));
    }

    [Fact]
    public void Who_listens_takes_the_next_when_one_has_gone()
    {
        IPEndPoint place = FreePlace();
        using StreamNetwork one = new(place, listens: true);
        for (byte round = 1; round <= 2; round++)
        {
            using StreamNetwork other = new(place, listens: false);
            other.Send(new byte[] { round }, 0);
            Assert.Equal([round], Await(one));
        }
    }

    [Fact]
    public void A_length_that_is_none_ends_the_connection_and_nothing_else()
    {
        IPEndPoint place = FreePlace();
        using StreamNetwork one = new(place, listens: true);
        using (Socket hostile = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            hostile.Connect(place);
            hostile.Send([0x7f, 0xff, 0xff, 0xff, 1, 2, 3]);
            byte[] rest = new byte[1];
            try
            {
                Assert.Equal(0, hostile.Receive(rest));
            }
            catch (SocketException)
            {
                // What it sent was not read: reset in place of an orderly end.
            }
        }
        using StreamNetwork other = new(place, listens: false);
        other.Send("next"u8, 0);
        Assert.Equal("next"u8.ToArray(), Await(one));
    }

    [Fact]
    public void Datagrams_go_both_ways_and_those_of_others_are_left_out()
    {
        IPEndPoint here = FreePlace(), there = FreePlace();
        using DatagramNetwork one = new(here, there), other = new(there, here);
        using (Socket hostile = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
            hostile.SendTo("no"u8.ToArray(), here);

        other.Send("yes"u8, 0);
        Assert.Equal("yes"u8.ToArray(), Await(one));
        one.Send("and back"u8, 0);
        Assert.Equal("and back"u8.ToArray(), Await(other));
    }

    [Fact]
    public void A_place_that_is_taken_is_said_in_a_line()
    {
        IPEndPoint place = FreePlace();
        using StreamNetwork one = new(place, listens: true);
        GuestSetupException refused = Assert.Throws<GuestSetupException>(() => new StreamNetwork(new IPEndPoint(IPAddress.Loopback, 1), listens: false));
        Assert.StartsWith("--net socket cannot connect to 127.0.0.1:1: ", refused.Message, StringComparison.Ordinal);
    }

    private static IPEndPoint FreePlace()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static byte[] Await(INetworkBackend network)
    {
        byte[]? frame = null;
        SpinWait.SpinUntil(() => (frame = network.Receive(0)) is not null, TimeSpan.FromSeconds(30));
        return frame ?? [];
    }
}
