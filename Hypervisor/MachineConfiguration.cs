using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.Runtime.Boards;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Network;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Translation;

namespace Dbt.Hypervisor;

/// <summary>Which engine runs the guest's unprivileged code.</summary>
public enum Engine
{
    /// <summary>Decode and execute: the reference.</summary>
    Interp,

    /// <summary>Predecoded blocks of handlers that call each other.</summary>
    Threaded,

    /// <summary>Run what is cold as threaded code, translate what is hot.</summary>
    Dbt,
}

/// <summary>What moves the machine's time.</summary>
public enum ClockSource
{
    /// <summary>Retired instructions and skipped idle time: repeatable to the instruction.</summary>
    Virtual,

    /// <summary>The host's wall clock.</summary>
    Host,
}

/// <summary>All that determines a run: two machines of the same configuration and input behave the same.</summary>
public sealed record MachineConfiguration
{
    /// <summary>The kernel: an ELF executable.</summary>
    public required ReadOnlyMemory<byte> Kernel { get; init; }

    /// <summary>What messages, and the boot loader's argv[0], call the kernel.</summary>
    public required string KernelName { get; init; }

    /// <summary>The initial ramdisk, empty for none.</summary>
    public ReadOnlyMemory<byte> Initrd { get; init; }

    /// <summary>The kernel command line.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>
    /// Whether the kernel is a program in the board's flash, where the processor starts as after a reset, rather than
    /// one that a boot monitor puts into RAM.
    /// </summary>
    public bool StartsInFlash { get; init; }

    /// <summary>
    /// What the flash holds at power-on, in memory order, but for a program that is put into it; empty for what the
    /// boot monitor has there.
    /// </summary>
    public ReadOnlyMemory<byte> Flash { get; init; }

    /// <summary>Whether the flash's cells cannot be changed.</summary>
    public bool ProtectsFlash { get; init; }

    /// <summary>Which board.</summary>
    public BoardModel Board { get; init; } = BoardModel.Malta;

    /// <summary>Which processor; null for the one that the kernel was built for, or else a 24Kf.</summary>
    public ProcessorModel? Processor { get; init; }

    /// <summary>RAM in bytes, as much as the board can have.</summary>
    public ulong MemoryBytes { get; init; } = 256UL << 20;

    /// <summary>
    /// What its clock shows at power-on, UTC; null for the host's date where its time is the host's, and else for one
    /// that is the same in every run.
    /// </summary>
    public DateTime? PowerOn { get; init; }

    /// <summary>Its drives.</summary>
    public IReadOnlyList<DriveConfiguration> Drives { get; init; } = [];

    /// <summary>Its network cards, and what is at the other ends of their cables.</summary>
    public IReadOnlyList<NetworkCard> Network { get; init; } = [];

    /// <summary>Whether it has a source of random numbers, of virtio.</summary>
    public bool HasEntropy { get; init; }

    /// <summary>Whether it has a virtio console, which is the port behind its serial ports.</summary>
    public bool HasVirtioConsole { get; init; }

    /// <summary>Which engine runs the guest.</summary>
    public Engine Engine { get; init; } = Engine.Dbt;

    /// <summary>Which sensitive instructions stop being traps after the first time.</summary>
    public PatchPolicy Patch { get; init; } = PatchPolicy.Full;

    /// <summary>
    /// Whether patches are written into the guest's memory, as KVM did, rather than kept in the translation.
    /// </summary>
    public bool PatchInMemory { get; init; }

    /// <summary>
    /// How many entries that the guest's TLB lost are kept, to spare it refill exceptions; 0 for none, which is exact.
    /// </summary>
    public int SecondLevelTlb { get; init; }

    /// <summary>
    /// Whether what the guest's TLB misses is looked up in its page tables, which are traced, rather than left to its
    /// refill handler.
    /// </summary>
    public bool ShadowPageTables { get; init; }

    /// <summary>Guest physical addresses of pages to be watched for stores from power-on.</summary>
    public IReadOnlyList<uint> TracedPages { get; init; } = [];

    /// <summary>How often a place is entered before it is translated.</summary>
    public int JitThreshold { get; init; } = 2000;

    /// <summary>How many pieces of translated code there may be at a time.</summary>
    public int MostFragments { get; init; } = 16384;

    /// <summary>Whether fragments lead directly to each other.</summary>
    public bool Chain { get; init; } = true;

    /// <summary>Whether regions go on where their computed calls and jumps have led so far.</summary>
    public bool InlineComputedCalls { get; init; } = true;

    /// <summary>Whether user code holds the pages that its loops are on.</summary>
    public bool HoldPages { get; init; } = true;

    /// <summary>
    /// Whether user code, too, holds what leads to the host where its pages change too often to be held, as the kernel
    /// segments of a guest in guest mode do.
    /// </summary>
    public bool HoldOffsets { get; init; }

    /// <summary>
    /// Whether translated code carries out what only enters an exception or leaves one, in place of the hypervisor.
    /// </summary>
    public bool InCacheExits { get; init; } = true;

    /// <summary>Whether a fragment is a single basic block, as VMware's and QEMU's are, in place of a region.</summary>
    public bool TranslateBlocks { get; init; }

    /// <summary>
    /// Whether the guest goes on while a region is compiled. Where it waits instead, the same code is translated at the
    /// same instruction in every run.
    /// </summary>
    public bool TranslateInBackground { get; init; } = true;

    /// <summary>
    /// How late a region is published that the guest has waited for; null for at once. It changes no instruction.
    /// </summary>
    public Lateness? Lateness { get; init; }

    /// <summary>The folder where translations are kept for the next run; null for nowhere.</summary>
    public string? TranslationFolder { get; init; }

    /// <summary>
    /// Whether HYPCALL is an instruction. A 24Kf has none: it is reserved unless this says otherwise.
    /// </summary>
    public bool Hypercalls { get; init; }

    /// <summary>Whether exits are timed, which itself takes time.</summary>
    public bool TimeExits { get; init; }

    /// <summary>
    /// Whether translated code counts how often a fragment leads directly to another, which costs it a little.
    /// </summary>
    public bool CountLinks { get; init; }

    /// <summary>
    /// Whether compiled methods carry the guest's symbols in their names, for a profiler of the host.
    /// </summary>
    public bool NameFragments { get; init; }

    /// <summary>Whether traps are counted for each instruction that causes them.</summary>
    public bool CountSites { get; init; }

    /// <summary>Whether exits are also counted by slices of the guest's time.</summary>
    public bool CountOverTime { get; init; }

    /// <summary>What moves time.</summary>
    public ClockSource Clock { get; init; } = ClockSource.Virtual;

    /// <summary>The guest's first randomness in hexadecimal; null for what kernel and ramdisk give.</summary>
    public string? Seed { get; init; }

    /// <summary>
    /// Nanoseconds that have passed when the processor starts: what a loader took that has done its work already, so
    /// that the guest finds devices and counters as it would have found them.
    /// </summary>
    public long TimeBefore { get; init; }

    /// <summary>Stop after this many instructions; null for no limit.</summary>
    public long? InstructionLimit { get; init; }

    /// <summary>The processor that a kernel finds.</summary>
    /// <exception cref="GuestSetupException">It is not one for that kernel, or for what else is asked.</exception>
    internal ProcessorModel ProcessorFor(ElfImage kernel)
    {
        bool registerPage = PatchInMemory && Patch == PatchPolicy.Kvm;
        var usual = ProcessorModel.For((uint)kernel.Entry, kernel.ByteOrder, registerPage);
        if (Patch == PatchPolicy.Vz && RefusalInGuestContext(kernel) is { } refusal)
            throw new GuestSetupException(refusal);
        if (Processor is null)
            return usual;
        if (usual.AddressMap == ProcessorModel.KvmGuest.AddressMap)
        {
            throw new GuestSetupException(
                $"{KernelName} is for the processor that KVM's trap-and-emulate showed: leave --cpu out");
        }
        if (Processor.Name == usual.Name)
            return usual;
        bool hasGuests = Processor.Guest is not null;
        if (registerPage || hasGuests && (SecondLevelTlb > 0 || ShadowPageTables))
        {
            string option = registerPage ? "--patch kvm --patch-in-memory"
                : SecondLevelTlb > 0 ? "--l2tlb" : "--shadow-page-tables";
            string reason = hasGuests ? "a processor with guests" : $"--cpu {Processor.Name}";
            throw new GuestSetupException($"{option} is not for {reason}: leave out one of the two");
        }
        return Processor.In(kernel.ByteOrder);
    }

    /// <summary>
    /// Why a kernel cannot run in a guest context whose root is the hypervisor, where it has its TLB to itself, and no
    /// module; null where it can.
    /// </summary>
    public string? RefusalInGuestContext(ElfImage kernel)
    {
        string? refusal = Processor?.Guest is not null
                ? $"makes the hypervisor root, and with --cpu {Processor.Name} the kernel is: leave out one of the two"
            : SecondLevelTlb > 0 ? "leaves the guest its TLB: only --l2tlb 0 goes with it"
            : ShadowPageTables ? "leaves the guest its TLB: leave out --shadow-page-tables"
            : kernel.IsParavirtual ? $"runs kernels as they are, and {KernelName} has been patched offline"
            : null;
        return refusal is null ? null : $"--patch vz {refusal}";
    }
}
