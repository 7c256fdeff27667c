using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Scheduling;
using Dbt.Runtime.Network;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.State;
using Dbt.Tool.Network;
using Xunit;

namespace Dbt.TestRoms.Network;

/// <summary>The switch between the machines of one process.</summary>
public sealed class SwitchTests
{
    [Fact]
    public void It_learns_who_is_where_and_a_frame_is_under_way_for_a_while()
    {
        VirtualSwitch wire = new();
        INetworkBackend[] ports = [.. Enumerable.Range(0, 3).Select(_ => wire.Plug())];
        ports[0].Send(Frame(to: 2, from: 1), 1000);
        Assert.All(ports[1..], port => Assert.Equal(1000 + VirtualSwitch.Nanoseconds, port.NextDue));
        Assert.Null(ports[1].Receive(999 + VirtualSwitch.Nanoseconds));
        Assert.All(ports[1..], port => Assert.Equal(Frame(to: 2, from: 1), port.Receive(1000 + VirtualSwitch.Nanoseconds)));
        Assert.Equal(long.MaxValue, ports[0].NextDue);

        ports[1].Send(Frame(to: 1, from: 2), 2000);
        Assert.NotNull(ports[0].Receive(long.MaxValue));
        Assert.Null(ports[2].Receive(long.MaxValue));
        ports[1].Send(Frame(to: 0xff, from: 2), 3000);
        ports[0].Send(Frame(to: 0xff, from: 1), 2500);
        Assert.Equal([Frame(to: 0xff, from: 1), Frame(to: 0xff, from: 2)], new[] { ports[2].Receive(long.MaxValue)!, ports[2].Receive(long.MaxValue)! });
        ports[2].Send([1, 2, 3], 0);
        ports[2].Dispose();
        ports[1].Send(Frame(to: 3, from: 2), 4000);
        Assert.Null(ports[2].Receive(long.MaxValue));
    }

    [Theory]
    [InlineData(CardModel.Pcnet, Engine.Interp)]
    [InlineData(CardModel.Pcnet, Engine.Dbt)]
    public void Two_machines_throw_a_frame_to_and_fro_and_each_run_is_the_same(CardModel model, Engine engine)
    {
        (string[] consoles, RunResult[] ends) = Play(model, Engine.Threaded);
        (string[] again, RunResult[] endsAgain) = Play(model, engine);

        Assert.Contains("32 frames, 1920 bytes", consoles[0], StringComparison.Ordinal);
        Assert.Contains("33 frames, 1980 bytes", consoles[1], StringComparison.Ordinal);
        Assert.Equal(consoles, again);
        Assert.Equal(ends, endsAgain);
        Assert.InRange(Math.Abs(ends[0].GuestNanoseconds - ends[1].GuestNanoseconds), 0, 2 * VirtualSwitch.Nanoseconds + 1_000_000);
    }

    [Fact]
    public void Machines_that_are_saved_while_a_frame_is_under_way_between_them_go_on_at_another_switch()
    {
        (string[] whole, long[] ends) = PlayInTurns(savedAfter: 0);
        (string[] consoles, long[] endsOfSaved) = PlayInTurns(savedAfter: 30);

        Assert.Contains("32 frames, 1920 bytes", whole[0], StringComparison.Ordinal);
        Assert.Equal(whole, consoles);
        Assert.Equal(ends, endsOfSaved);
    }

    // Each in its turn as long as a frame is under way; after some of the turns they are saved, and others take over.
    private static (string[] Consoles, long[] Instructions) PlayInTurns(int savedAfter)
    {
        const int turn = (int)VirtualSwitch.Nanoseconds / 10;
        StringBuilder[] consoles = [new(), new()];
        VirtualMachine[] machines = Pair();
        for (int turns = 1; machines.Select(machine => machine.RunTo((long)turns * turn, default)).ToArray().Contains(StopReason.InstructionLimit); turns++)
        {
            if (turns != savedAfter)
                continue;
            VirtualMachine[] others = Pair();
            for (int i = 0; i < others.Length; i++)
            {
                SavedRun.Become(others[i], machines[i]);
                machines[i].Dispose();
            }
            machines = others;
        }
        long[] ends = [.. machines.Select(machine => machine.Cpu.Time.Retired)];
        Array.ForEach(machines, machine => machine.Dispose());
        return ([.. consoles.Select(console => console.ToString())], ends);

        VirtualMachine[] Pair()
        {
            VirtualSwitch wire = new();
            VirtualMachine[] pair = [.. Enumerable.Range(0, 2).Select(i => new VirtualMachine(Machine(i, CardModel.Pcnet, Engine.Threaded, wire)))];
            for (int i = 0; i < pair.Length; i++)
            {
                StringBuilder console = consoles[i];
                pair[i].SerialOutput += (_, value) => console.Append((char)value);
            }
            return pair;
        }
    }

    private static MachineConfiguration Machine(int place, CardModel model, Engine engine, VirtualSwitch wire) => GuestRun.Rom("ethernet") with
    {
        CommandLine = place == 0 ? "first" : "",
        Engine = engine,
        JitThreshold = 20,
        Network = [new NetworkCard(model, MacAddress.OfCard(place), wire.Plug)],
        InstructionLimit = 50_000_000,
    };

    private static (string[] Consoles, RunResult[] Ends) Play(CardModel model, Engine engine)
    {
        VirtualSwitch wire = new();
        StringBuilder[] consoles = [new(), new()];
        using MachineScheduler scheduler = new(sharing: null, VirtualSwitch.Nanoseconds);
        for (int i = 0; i < consoles.Length; i++)
        {
            StringBuilder console = consoles[i];
            scheduler.Add($"machine-{i}", Machine(i, model, engine, wire), 1).Machine.SerialOutput += (_, value) => console.Append((char)value);
        }
        scheduler.Run(CancellationToken.None);
        return ([.. consoles.Select(console => console.ToString())], [.. scheduler.Machines.Select(machine => machine.End!)]);
    }

    private static byte[] Frame(byte to, byte from)
    {
        byte[] frame = new byte[60];
        frame[5] = to;
        if (to == 0xff)
            frame.AsSpan(0, 6).Fill(0xff);
        frame[11] = from;
        return frame;
    }
}
