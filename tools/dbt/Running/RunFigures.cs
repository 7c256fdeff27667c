using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;

namespace Dbt.Tool.Running;

/// <summary>
/// The figures of a run: what was run, how fast, by whom, and why the guest exited to the hypervisor.
/// </summary>
internal sealed record RunFigures
{
    /// <summary>The engine's name.</summary>
    public required string Engine { get; init; }

    /// <summary>Instructions retired.</summary>
    public required long Instructions { get; init; }

    /// <summary>The machine's time since power-on.</summary>
    public required double GuestSeconds { get; init; }

    /// <summary>Wall time of the run, without the start of dbt.</summary>
    public required double HostSeconds { get; init; }

    /// <summary>Instructions outside user mode, by who retired them.</summary>
    public required RetiredInstructions Kernel { get; init; }

    /// <summary>Instructions in user mode.</summary>
    public required RetiredInstructions User { get; init; }

    /// <summary>What the translator did; null for an engine that has none.</summary>
    public TranslationFigures? Translation { get; init; }

    /// <summary>What did not get through the shadow TLB.</summary>
    public required ShadowTlbFigures ShadowTlb { get; init; }

    /// <summary>What each stage of address translation did.</summary>
    public required StageFigures Stages { get; init; }

    /// <summary>Every exit that happened, by KVM's name of its reason.</summary>
    public required IReadOnlyDictionary<string, long> Exits { get; init; }

    /// <summary>Millions of instructions a second.</summary>
    public double Mips => Instructions / 1e6 / Math.Max(HostSeconds, 1e-9);

    /// <summary>The figures of a machine that has stopped.</summary>
    public static RunFigures Of(RunResult result, VirtualMachine machine, TimeSpan hostTime) => new()
    {
        Engine = machine.Configuration.Engine.ToString().ToLowerInvariant(),
        Instructions = result.Instructions,
        GuestSeconds = result.GuestNanoseconds / 1e9,
        HostSeconds = hostTime.TotalSeconds,
        Kernel = machine.Cpu.Instructions.Kernel,
        User = machine.Cpu.Instructions.User,
        Translation = machine.Cpu.Engine.Translations is { } translations ? TranslationFigures.Of(translations) : null,
        ShadowTlb = ShadowTlbFigures.Of(machine.Exits),
        Stages = StageFigures.Of(machine.Cpu),
        Exits = machine.Exits.All.Where(exit => exit.Count > 0).OrderByDescending(exit => exit.Count)
            .ToDictionary(exit => ExitAccount.NameOf(exit.Counter), exit => exit.Count),
    };
}

/// <summary>What did not get through the shadow TLB.</summary>
/// <param name="Misses">All that came to the MMU: fills, devices, and faults that the guest has to see.</param>
/// <param name="Fills">Pages entered into it.</param>
internal sealed record ShadowTlbFigures(long Misses, long Fills)
{
    private static readonly ExitCounter[] _misses =
    [
        ExitCounter.ShadowFill, ExitCounter.MmioLoad, ExitCounter.MmioStore, ExitCounter.TlbMod,
        ExitCounter.TlbMissLoad, ExitCounter.TlbMissStore,
        ExitCounter.AddressErrorLoad, ExitCounter.AddressErrorStore,
    ];

    /// <summary>The figures of a machine.</summary>
    public static ShadowTlbFigures Of(ExitAccount exits) =>
        new(_misses.Sum(counter => exits[counter]), exits[ExitCounter.ShadowFill]);
}
