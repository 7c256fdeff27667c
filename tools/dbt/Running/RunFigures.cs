using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Translation;
using Dbt.Tool.Inspection;

namespace Dbt.Tool.Running;

/// <summary>The figures of a run: what was run, how fast, by whom, and why the guest exited to the hypervisor.</summary>
/// <param name="Engine">The engine's name.</param>
/// <param name="Instructions">Instructions retired.</param>
/// <param name="GuestSeconds">The machine's time since power-on.</param>
/// <param name="HostSeconds">Wall time of the run, without the start of dbt.</param>
/// <param name="Kernel">Instructions outside user mode, by who retired them.</param>
/// <param name="User">Instructions in user mode.</param>
/// <param name="Translation">What the translator did; null for an engine that has none.</param>
/// <param name="ShadowTlb">What did not get through the shadow TLB.</param>
/// <param name="Stages">What each stage of address translation did.</param>
/// <param name="Exits">Every exit that happened, by KVM's name of its reason.</param>
internal sealed record RunFigures(
    string Engine,
    long Instructions,
    double GuestSeconds,
    double HostSeconds,
    RetiredInstructions Kernel,
    RetiredInstructions User,
    TranslationFigures? Translation,
    ShadowTlbFigures ShadowTlb,
    StageFigures Stages,
    IReadOnlyDictionary<string, long> Exits)
{
    /// <summary>Millions of instructions a second.</summary>
    public double Mips => Instructions / 1e6 / Math.Max(HostSeconds, 1e-9);

    /// <summary>The figures of a machine that has stopped.</summary>
    public static RunFigures Of(RunResult result, VirtualMachine machine, TimeSpan hostTime) => new(
        machine.Configuration.Engine.ToString().ToLowerInvariant(),
        result.Instructions,
        result.GuestNanoseconds / 1e9,
        hostTime.TotalSeconds,
        machine.Cpu.Instructions.Kernel,
        machine.Cpu.Instructions.User,
        machine.Cpu.Engine.Translations is { } translations ? TranslationFigures.Of(translations) : null,
        ShadowTlbFigures.Of(machine.Exits),
        StageFigures.Of(machine.Cpu),
        machine.Exits.All.Where(exit => exit.Count > 0).OrderByDescending(exit => exit.Count).ToDictionary(exit => ExitAccount.NameOf(exit.Counter), exit => exit.Count));
}

/// <summary>What the translator did.</summary>
/// <param name="Reused">Regions found in the library of earlier runs.</param>
/// <param name="Requested">Regions handed to the compiler.</param>
/// <param name="Refused">Regions it could not compile.</param>
/// <param name="FirstRefusal">The first of them, and why not; null where there is none.</param>
/// <param name="Made">Fragments published.</param>
/// <param name="Retranslated">Of those, fragments for what had had one before.</param>
/// <param name="Widened">Of those, fragments made in place of a narrower one.</param>
/// <param name="Discarded">Fragments whose code changed while they were compiled.</param>
/// <param name="Retired">Fragments retired.</param>
/// <param name="Live">Fragments alive at the end.</param>
/// <param name="HostBytes">Bytes of machine code of those, but for kept ones; null on a host whose code cannot be read.</param>
/// <param name="Links">Links made from one fragment to another.</param>
/// <param name="DispatcherReturns">How often translated code came back to the dispatcher.</param>
/// <param name="LinksFollowed">How often it led directly to other translated code; null if nobody counted.</param>
/// <param name="FormationSeconds">Forming regions, on the guest's thread.</param>
/// <param name="EmissionSeconds">Emitting IL, on the translator's thread.</param>
/// <param name="JitSeconds">In the JIT, on the translator's thread.</param>
internal sealed record TranslationFigures(
    long Reused,
    long Requested,
    long Refused,
    string? FirstRefusal,
    long Made,
    long Retranslated,
    long Widened,
    long Discarded,
    long Retired,
    int Live,
    long? HostBytes,
    long Links,
    long DispatcherReturns,
    long? LinksFollowed,
    double FormationSeconds,
    double EmissionSeconds,
    double JitSeconds)
{
    /// <summary>The figures of a processor's translator.</summary>
    public static TranslationFigures Of(ITranslations translations) => Of(translations, translations.Statistics);

    private static TranslationFigures Of(ITranslations translations, TranslationStatistics translation) => new(
        translation.Reused,
        translation.Requested,
        translation.Refused,
        translation.FirstRefusal?.ToString(),
        translation.Fragments,
        translation.Retranslated,
        translation.Widened,
        translation.Discarded,
        translation.Retired,
        translations.Fragments.Count,
        HostCode.CanBeRead ? translations.Fragments.Where(fragment => fragment.Method is not null).Sum(fragment => (long)HostCode.SizeOf(fragment.Code)) : null,
        translation.Linked,
        translation.FragmentExits,
        translations.LinksFollowed,
        translation.Formation.TotalSeconds,
        translation.Emission.TotalSeconds,
        translation.Jit.TotalSeconds);
}

/// <summary>What did not get through the shadow TLB.</summary>
/// <param name="Misses">All that came to the MMU: fills, devices, and faults that the guest has to see.</param>
/// <param name="Fills">Pages entered into it.</param>
internal sealed record ShadowTlbFigures(long Misses, long Fills)
{
    private static readonly ExitCounter[] _misses =
    [
        ExitCounter.ShadowFill, ExitCounter.MmioLoad, ExitCounter.MmioStore, ExitCounter.TlbMod, ExitCounter.TlbMissLoad, ExitCounter.TlbMissStore,
        ExitCounter.AddressErrorLoad, ExitCounter.AddressErrorStore,
    ];

    /// <summary>The figures of a machine.</summary>
    public static ShadowTlbFigures Of(ExitAccount exits) => new(_misses.Sum(counter => exits[counter]), exits[ExitCounter.ShadowFill]);
}
