using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Dbt.TestRoms.Lockstep;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.State;
using Dbt.Tool.Network;
using Xunit;

namespace Dbt.TestRoms.Network;

/// <summary>A guest with a network card and somebody at the other end: TestRoms/roms/ethernet sends every frame back.</summary>
public sealed class EthernetRomTests
{
    private const long Millisecond = 1_000_000;

    private static readonly MacAddress s_card = MacAddress.OfCard(0), s_peer = new(0x0200_0000_0001);

    public static TheoryData<Engine, ByteOrder> EnginesAndOrders
    {
        get
        {
            TheoryData<Engine, ByteOrder> data = [];
            foreach (Engine engine in Enum.GetValues<Engine>())
            {
                data.Add(engine, ByteOrder.Little);
                data.Add(engine, ByteOrder.Big);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(EnginesAndOrders))]
    public void Every_frame_comes_back_and_each_engine_takes_as_many_instructions(Engine engine, ByteOrder order)
    {
        ScriptedNetwork network = new(Script());

        GuestRun run = GuestRun.Of(Machine(network, order) with { Engine = engine, JitThreshold = 20 });

        Assert.DoesNotContain("FAIL", run.Console, StringComparison.Ordinal);
        Assert.Contains("10 frames, 5680 bytes", run.Console, StringComparison.Ordinal);
        Assert.Equal(Script().Select(frame => Answer(frame.Frame)), network.Got);
        Assert.Equal(GuestRun.Of(Machine(new ScriptedNetwork(Script()), order) with { Engine = Engine.Interp }), run);
        Assert.True(network.IsDisposed);
    }

    [Fact]
    public void A_run_is_repeated_from_the_capture_of_its_frames()
    {
        MemoryStream file = new();
        GuestRun first;
        MachineConfiguration configuration = Machine(new ScriptedNetwork(Script()));
        using (VirtualMachine machine = new(configuration))
        using (PacketCapture capture = new(file, configuration.Network, powerOn: null))
        {
            machine.NetworkFrame += (card, direction, frame) =>
                capture.Write(card, direction, machine.Now, machine.Cpu.Time.Retired, frame.Span);
            first = GuestRun.Of(machine);
        }

        IReadOnlyList<CapturedFrame> entered = PacketCapture.Read(file.ToArray(), "capture").Entered;
        GuestRun second = GuestRun.Of(Machine(new CapturedFrames(entered)));

        Assert.Equal(Script().Select(frame => frame.Frame), entered.Select(frame => frame.Bytes));
        Assert.Equal(first, second);
    }

    [Fact]
    public void Frames_that_came_while_the_guest_was_busy_are_in_a_saved_machine()
    {
        (long, byte[])[] atOnce = [.. Script().Select(frame => (2 * Millisecond, frame.Frame))];
        GuestRun whole = GuestRun.Of(Machine(new ScriptedNetwork(atOnce)));
        using VirtualMachine machine = new(Machine(new ScriptedNetwork(atOnce)));
        string before = "";
        machine.SerialOutput += (_, value) => before += (char)value;
        machine.RunTo(2 * Millisecond / 10 + 2000, default);
        Assert.True(machine.Board.NetworkPorts[0].IsWaiting);
        MemoryStream saved = new();
        StateWriter.Write(saved, machine);
        saved.Position = 0;

        ScriptedNetwork after = new();
        using VirtualMachine other = new(Machine(after));
        StateReader.Read(saved, other);
        GuestRun rest = GuestRun.Of(other);

        Assert.Equal(whole.End, rest.End);
        Assert.Equal(whole.Console, before + rest.Console);
        Assert.NotEmpty(after.Got);
    }

    [Fact]
    public void A_machine_that_is_saved_while_a_run_is_repeated_goes_on_with_the_frames_that_are_yet_to_come()
    {
        CapturedFrame[] frames = [.. Script().Select(frame => new CapturedFrame(0, frame.Time, frame.Frame))];
        MachineConfiguration guest = Machine(new Unconnected()) with { JitThreshold = 50, TranslateInBackground = false };
        guest = guest with { Network = [guest.Network[0] with { Connect = () => new CapturedFrames(frames) }] };
        SavedRun whole = SavedRun.Of(guest, [Engine.Threaded], []);

        Assert.Contains("10 frames", whole.Run.Console, StringComparison.Ordinal);
        whole.AssertSameAs(SavedRun.Of(guest, [Engine.Dbt, Engine.Threaded, Engine.Dbt], [3 * Millisecond / 10 + 100, 7 * Millisecond / 10]));
    }

    [Fact]
    public void Engines_that_are_compared_get_the_same_frames_and_do_the_same_with_them()
    {
        CapturedFrame[] frames = [.. Script().Select(frame => new CapturedFrame(0, frame.Time, frame.Frame))];
        MachineConfiguration guest = Machine(new Unconnected()) with { JitThreshold = 2 };
        guest = guest with { Network = [guest.Network[0] with { Connect = () => new CapturedFrames(frames) }] };

        LockstepResult result = SideBySide.Run(new LockstepPlan { Machine = guest, Step = 1000 });

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
        Assert.True(result.Instructions > 15 * Millisecond / 10);
    }

    [Fact]
    public void Four_cards_are_in_their_slots_each_with_an_address_of_its_own()
    {
        using VirtualMachine machine = new(GuestRun.Rom("ethernet") with
        {
            Network = [.. Enumerable.Range(0, 4).Select(place => new NetworkCard(CardModel.Pcnet, MacAddress.OfCard(place), () => new ScriptedNetwork()))],
        });

        Assert.Equal([0x59, 0x56, 0x57, 0x58], machine.Board.NetworkPorts.Select(port => port.Address[5]).Select(value => value == 0x56 ? 0x59 : value - 1));
        Assert.Equal(StopReason.InstructionLimit, machine.RunTo(2_000_000, default));
    }

    private static MachineConfiguration Machine(INetworkBackend network, ByteOrder order = ByteOrder.Little) =>
        GuestRun.Rom("ethernet", order) with { Network = [new NetworkCard(CardModel.Pcnet, s_card, () => network)], InstructionLimit = 50_000_000 };

    private static (long Time, byte[] Frame)[] Script() =>
    [
        .. Enumerable.Range(1, 9).Select(number => (number * Millisecond + 10 * number, Frame(s_card, 20 + 150 * (number - 1), (byte)number))),
        (15 * Millisecond, Frame(s_card, 60, 0)),
    ];

    private static byte[] Frame(MacAddress to, int length, byte content)
    {
        byte[] frame = new byte[Math.Max(length, 60)];
        for (int i = 0; i < MacAddress.Bytes; i++)
            (frame[i], frame[6 + i]) = (to[i], s_peer[i]);
        (frame[12], frame[13]) = (0x88, 0xb5);
        frame.AsSpan(14).Fill(content);
        return frame;
    }

    private static byte[] Answer(byte[] frame) =>
        [.. frame[6..12], .. frame[..6], .. frame[12..14], .. frame[14..].Select(value => (byte)(value + 1))];
}
