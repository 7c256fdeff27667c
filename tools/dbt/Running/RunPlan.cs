using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Tool.Guests;

namespace Dbt.Tool.Running;

/// <summary>All that <c>dbt run</c> was told.</summary>
internal sealed record RunPlan
{
    /// <summary>What to boot.</summary>
    public required Guest Guest { get; init; }

    /// <summary>Words added to the guest's command line.</summary>
    public string? Append { get; init; }

    /// <summary>RAM in bytes.</summary>
    public ulong MemoryBytes { get; init; }

    /// <summary>Which engine runs the guest.</summary>
    public Engine Engine { get; init; }

    /// <summary>Which sensitive instructions stop being traps after the first time.</summary>
    public PatchPolicy Patch { get; init; } = PatchPolicy.Full;

    /// <summary>Whether patches are written into the guest's memory.</summary>
    public bool PatchInMemory { get; init; }

    /// <summary>Entries of the second-level TLB; 0 for none.</summary>
    public int SecondLevelTlb { get; init; }

    /// <summary>Whether the guest's page tables are looked into.</summary>
    public bool ShadowPageTables { get; init; }

    /// <summary>Physical addresses of pages to be watched for stores.</summary>
    public IReadOnlyList<uint> TracedPages { get; init; } = [];

    /// <summary>How often a place is entered before it is translated; null for the usual.</summary>
    public int? JitThreshold { get; init; }

    /// <summary>Whether fragments lead directly to each other.</summary>
    public bool Chain { get; init; } = true;

    /// <summary>Whether a fragment is a single basic block.</summary>
    public bool TranslateBlocks { get; init; }

    /// <summary>The folder where translations are kept for the next run; null for nowhere.</summary>
    public string? TranslationFolder { get; init; }

    /// <summary>Whether the guest has HYPCALL.</summary>
    public bool Hypercalls { get; init; }

    /// <summary>Whether translated code counts how often it does.</summary>
    public bool CountLinks { get; init; }

    /// <summary>What moves time.</summary>
    public ClockSource Clock { get; init; }

    /// <summary>Where to stop.</summary>
    public long? InstructionLimit { get; init; }

    /// <summary>Whether to print figures at the end.</summary>
    public bool Statistics { get; init; }

    /// <summary>The file that the figures are written to as JSON; null for none.</summary>
    public OutputFile? StatisticsFile { get; init; }

    /// <summary>The machine for it; <paramref name="interactive"/> when a person is at the console.</summary>
    public MachineConfiguration ToMachine(bool interactive)
    {
        MachineConfiguration machine = new()
        {
            Kernel = Guest.Kernel,
            KernelName = Guest.KernelName,
            Initrd = Guest.Initrd,
            // Later words win, so the user's come last.
            CommandLine = string.Join(' ', new[] { Guest.CommandLine, Append }.Where(words => !string.IsNullOrWhiteSpace(words))),
            MemoryBytes = MemoryBytes,
            Engine = Engine,
            Patch = Patch,
            PatchInMemory = PatchInMemory,
            SecondLevelTlb = SecondLevelTlb,
            ShadowPageTables = ShadowPageTables,
            TracedPages = TracedPages,
            Chain = Chain,
            TranslateBlocks = TranslateBlocks,
            CountLinks = CountLinks,
            Hypercalls = Hypercalls,
            TranslationFolder = TranslationFolder,
            Clock = Clock,
            Interactive = interactive,
            TimeExits = Statistics,
            // .NET's own switch for writing a map that the host's perf reads.
            NameFragments = Environment.GetEnvironmentVariable("DOTNET_PerfMapEnabled") is not (null or "" or "0"),
            InstructionLimit = InstructionLimit,
        };
        return JitThreshold is { } threshold ? machine with { JitThreshold = threshold } : machine;
    }
}
