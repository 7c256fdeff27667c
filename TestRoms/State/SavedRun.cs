using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.State;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.State;

/// <summary>A run that went on in another machine at some points: how it ended, what it said, its exits and all that it held.</summary>
internal sealed record SavedRun(GuestRun Run, IReadOnlyDictionary<ExitCounter, long> Exits, IReadOnlyDictionary<string, StateItem> State)
{
    // How the shadow TLB and the code map were asked, and where budgets ended, is an engine's own; so is who retired what.
    private static readonly ExitCounter[] s_ofEngines = [ExitCounter.ShadowFill, ExitCounter.CodeStore, ExitCounter.Budget];
    private static readonly string[] s_ofEnginesToo =
        ["cpu/exits/counts", "cpu/instructions/", "cpu/memory/stages/", "cpu/time/granted", "cpu/time/retired before", "cpu/budget"];

    /// <summary>Runs a guest under one engine after the other, to its end.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="engines">The engines.</param>
    /// <param name="points">At which instructions the next takes over.</param>
    public static SavedRun Of(MachineConfiguration guest, ReadOnlySpan<Engine> engines, ReadOnlySpan<long> points)
    {
        StringBuilder[] ports = [new(), new(), new()];
        VirtualMachine machine = Listening(guest with { Engine = engines[0] }, ports);
        for (int i = 0; i < points.Length; i++)
        {
            Assert.Equal(StopReason.InstructionLimit, machine.RunTo(points[i], CancellationToken.None));
            Assert.Null(machine.Cpu.Engine.Translations?.Statistics.FirstRefusal);
            VirtualMachine next = Listening(guest with { Engine = engines[i + 1] }, ports);
            Become(next, machine);
            machine.Dispose();
            machine = next;
        }
        using (machine)
        {
            var run = new GuestRun(machine.Run(CancellationToken.None), ports[0].ToString(), ports[1].ToString(), ports[2].ToString());
            Assert.Null(machine.Cpu.Engine.Translations?.Statistics.FirstRefusal);
            return new SavedRun(run, machine.Exits.All.ToDictionary(), StateLister.Of(machine));
        }
    }

    /// <summary>What a machine holds, to be held by others.</summary>
    public static byte[] Save(VirtualMachine machine)
    {
        using MemoryStream stream = new();
        StateWriter.Write(stream, machine);
        return stream.ToArray();
    }

    /// <summary>Lets a machine go on where another was saved.</summary>
    public static void Restore(VirtualMachine machine, byte[] saved)
    {
        using MemoryStream stream = new(saved);
        StateReader.Read(stream, machine);
        Assert.Equal(stream.Length, stream.Position);
    }

    /// <summary>Lets a machine go on where another is.</summary>
    public static void Become(VirtualMachine machine, VirtualMachine other) => Restore(machine, Save(other));

    /// <summary>Fails where the other ended otherwise.</summary>
    public void AssertSameAs(SavedRun other)
    {
        Assert.Equal(Run, other.Run);
        Assert.Equal(Exits.Where(exit => !s_ofEngines.Contains(exit.Key)), other.Exits.Where(exit => !s_ofEngines.Contains(exit.Key)));
        AssertSame(OfTheGuest(State), OfTheGuest(other.State));
    }

    /// <summary>Fails where two lists differ, and says in what.</summary>
    public static void AssertSame(IEnumerable<StateItem> one, IEnumerable<StateItem> other) =>
        Assert.Equal([], one.Except(other).Concat(other.Except(one)));

    private static IEnumerable<StateItem> OfTheGuest(IReadOnlyDictionary<string, StateItem> state) =>
        state.Values.Where(item => !s_ofEnginesToo.Any(start => item.Path.StartsWith(start, StringComparison.Ordinal)));

    private static VirtualMachine Listening(MachineConfiguration configuration, StringBuilder[] ports)
    {
        VirtualMachine machine = new(configuration);
        machine.SerialOutput += (port, value) => ports[port].Append((char)value);
        return machine;
    }
}
