using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Translator;

namespace Dbt.Tool.Inspection;

/// <summary>
/// What a machine holds: its processor, and the three stages of its memory. Addresses are in hexadecimal, as people
/// read them.
/// </summary>
internal sealed record MachineView
{
    /// <summary>Why it stopped, and where.</summary>
    public required string End { get; init; }

    /// <summary>Instructions retired.</summary>
    public required long Instructions { get; init; }

    /// <summary>The machine's time since power-on.</summary>
    public required long GuestNanoseconds { get; init; }

    /// <summary>Address of the next instruction.</summary>
    public required string Pc { get; init; }

    /// <summary>What the kernel calls it; null where it has no name.</summary>
    public string? Symbol { get; init; }

    /// <summary>The mode the processor is in.</summary>
    public required string Mode { get; init; }

    /// <summary>Its address space.</summary>
    public required int Asid { get; init; }

    /// <summary>General registers, HI and LO, by name.</summary>
    public required IReadOnlyList<RegisterView> Registers { get; init; }

    /// <summary>Registers of coprocessor 0, by name.</summary>
    public required IReadOnlyList<RegisterView> Cop0 { get; init; }

    /// <summary>The guest's TLB.</summary>
    public required IReadOnlyList<TlbEntryView> Tlb { get; init; }

    /// <summary>The second-level TLB; null if there is none.</summary>
    public IReadOnlyList<TlbEntryView>? SecondLevelTlb { get; init; }

    /// <summary>The guest_pmap, by ranges.</summary>
    public required IReadOnlyList<PmapRangeView> Pmap { get; init; }

    /// <summary>How many pages of RAM belong to whom.</summary>
    public required PagesView Pages { get; init; }

    /// <summary>The shadow TLB, by address space and mode.</summary>
    public required IReadOnlyList<ShadowSpaceView> Shadow { get; init; }

    /// <summary>The three stages of addresses that were asked for.</summary>
    public required IReadOnlyList<WalkView> Walks { get; init; }

    /// <summary>Looks at a machine that has stopped.</summary>
    public static unsafe MachineView Of(VirtualMachine machine, RunResult result, IReadOnlyList<uint> addresses)
    {
        VirtualCpu cpu = machine.Cpu;
        return new MachineView
        {
            End = EndReport.Describe(result),
            Instructions = result.Instructions,
            GuestNanoseconds = result.GuestNanoseconds,
            Pc = Hex(cpu.Pc),
            Symbol = machine.SymbolAt(cpu.Pc),
            Mode = (cpu.Running.Model.IsGuest ? "guest " : "") + Name(cpu.Running.Mode),
            Asid = cpu.Running.Asid,
            Registers =
            [
                .. Enumerable.Range(0, 32)
                    .Select(number => new RegisterView(Disassembler.RegisterName(number), Hex(cpu.Register(number)))),
                new RegisterView("hi", Hex((uint)cpu.State->Hi)), new RegisterView("lo", Hex((uint)cpu.State->Lo)),
            ],
            Cop0 = [.. Cop0Register.Named.Where(cpu.Context.Model.Has).Select(
                register =>
                    new RegisterView(
                        Cop0Register.NameOf(register),
                        Hex(register == Cop0Register.Count
                            ? cpu.Context.Cop0.Read(register)
                            : cpu.Context.Cop0[register])))],
            Tlb = [.. Enumerable.Range(0, cpu.Context.Tlb.Size)
                .Select(index => TlbEntryView.Of(index, cpu.Context.Tlb[index]))],
            SecondLevelTlb = cpu.Memory.FirstStage.SecondLevel is { } second
                ? [.. second.All.ToArray().Select((entry, slot) => TlbEntryView.Of(slot, entry))]
                : null,
            Pmap = [.. PmapRangeView.Of(machine)],
            Pages = PagesView.Of(machine),
            Shadow = [.. ShadowSpaceView.Of(machine)],
            Walks = [.. addresses.Select(
                address => WalkView.Of(machine, cpu.Memory.Walker.Walk(address, cpu.Running.Asid, cpu.Running.Mode)))],
        };
    }

    /// <summary>A number as an address is written.</summary>
    internal static string Hex(uint value) => $"0x{value:x8}";

    /// <summary>An enumeration's name as it is written.</summary>
    internal static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}

/// <summary>A register.</summary>
internal sealed record RegisterView(string Name, string Value);

/// <summary>One page of a pair of a TLB entry.</summary>
internal sealed record TlbPageView(string Physical, int Cache, bool Dirty, bool Valid)
{
    /// <summary>The page that a half translates.</summary>
    public static TlbPageView Of(TlbEntry entry, uint half) =>
        new(MachineView.Hex(entry.Physical(half, 0)), (int)(half >> 3 & 7), TlbEntry.IsDirty(half),
            TlbEntry.IsValid(half));
}

/// <summary>An entry of a TLB.</summary>
internal sealed record TlbEntryView
{
    /// <summary>Its place in the TLB.</summary>
    public required int Index { get; init; }

    /// <summary>The first address that it translates.</summary>
    public required string Virtual { get; init; }

    /// <summary>The bits of an address that do not count, as in the register.</summary>
    public required string PageMask { get; init; }

    /// <summary>The size of one of its two pages.</summary>
    public required long PageBytes { get; init; }

    /// <summary>The address space that it is for, unless it is global.</summary>
    public required int Asid { get; init; }

    /// <summary>Whether it is for all address spaces.</summary>
    public required bool Global { get; init; }

    /// <summary>The page at the first address.</summary>
    public required TlbPageView Even { get; init; }

    /// <summary>The page behind that.</summary>
    public required TlbPageView Odd { get; init; }

    /// <summary>The entry at an index.</summary>
    public static TlbEntryView Of(int index, TlbEntry entry) => new()
    {
        Index = index,
        Virtual = MachineView.Hex(entry.Start),
        PageMask = MachineView.Hex(entry.PageMask),
        PageBytes = entry.PageSize,
        Asid = entry.Asid,
        Global = entry.IsGlobal,
        Even = TlbPageView.Of(entry, entry.EntryLo0),
        Odd = TlbPageView.Of(entry, entry.EntryLo1),
    };
}

/// <summary>Guest physical pages in a row, with the same behind them.</summary>
/// <param name="First">First address.</param>
/// <param name="Last">Last address.</param>
/// <param name="What">ram, rom, or a device by its name.</param>
/// <param name="Real">Where it is in the machine's host memory; null for a device.</param>
internal sealed record PmapRangeView(string First, string Last, string What, string? Real)
{
    /// <summary>The ranges of a machine: those with host pages, then the devices.</summary>
    public static IEnumerable<PmapRangeView> Of(VirtualMachine machine)
    {
        const uint PageBytes = 1 << ShadowTlb.PageShift;
        const long Pages = 1L << 32 - ShadowTlb.PageShift;
        for (long page = 0; page < Pages;)
        {
            long first = page++;
            PmapEntry entry = machine.Pmap[(uint)first * PageBytes];
            if (!entry.IsPresent)
                continue;
            while (page < Pages
                && machine.Pmap[(uint)page * PageBytes] == entry with { Frame = entry.Frame + (int)(page - first) })
                page++;
            yield return new PmapRangeView(
                MachineView.Hex((uint)first * PageBytes), MachineView.Hex((uint)page * PageBytes - 1), entry.IsWritable
                    ? "ram"
                    : "rom", MachineView.Hex((uint)entry.Frame * PageBytes));
        }
        foreach (AddressSpace.Window window in machine.Board.PhysicalBus.Windows.Where(window => window.Length > 0)
            .OrderBy(window => window.Start))
            yield return new PmapRangeView(
                MachineView.Hex(window.Start), MachineView.Hex((uint)(window.Start + window.Length - 1)), window.Device,
                null);
    }
}

/// <summary>How many pages of RAM belong to whom, and how many are traced or hold code.</summary>
internal sealed record PagesView(int Private, int Shared, int Zero, int Ballooned, int Traced, int Code)
{
    /// <summary>The pages of a machine.</summary>
    public static PagesView Of(VirtualMachine machine) => new(
        machine.Memory.Count(FrameState.Private), machine.Memory.Count(FrameState.Shared),
        machine.Memory.Count(FrameState.Zero), machine.Memory.Count(FrameState.Given),
        machine.Cpu.Memory.Trace.Frames, Enumerable.Range(0, machine.Memory.Frames).Count(machine.Ram.Code.HoldsCode));
}

/// <summary>The shadow TLB's translations for an address space in a mode.</summary>
internal sealed record ShadowSpaceView(
    int Asid, string Mode, int Loads, int Stores, IReadOnlyList<ShadowEntryView> Entries)
{
    /// <summary>All that have any.</summary>
    public static IEnumerable<ShadowSpaceView> Of(VirtualMachine machine)
    {
        for (int asid = 0; asid < 256; asid++)
        {
            foreach (OperatingMode mode in Enum.GetValues<OperatingMode>())
            {
                if (machine.Cpu.Memory.Shadow.Existing(asid, (int)mode)?.Entries is not { Count: > 0 } entries)
                    continue;
                yield return new ShadowSpaceView(
                    asid, MachineView.Name(mode), entries.Count, entries.Count(entry => entry.Writable),
                    [.. entries.Select(entry => new ShadowEntryView(
                        MachineView.Hex(entry.Address),
                        MachineView.Hex(machine.Cpu.Memory.Walker.Walk(entry.Address, asid, mode).Physical),
                        MachineView.Hex((uint)(entry.Host - machine.Ram.Base)), entry.Writable))]);
            }
        }
    }
}

/// <summary>
/// A page of the shadow TLB: guest virtual → guest physical → real, which is an offset in the machine's host memory.
/// </summary>
internal sealed record ShadowEntryView(string Virtual, string Physical, string Real, bool Stores);

/// <summary>The three stages of an address.</summary>
internal sealed record WalkView
{
    /// <summary>The guest virtual address.</summary>
    public required string Virtual { get; init; }

    /// <summary>What makes it physical, or the exception that it is.</summary>
    public required string By { get; init; }

    /// <summary>The entry of the guest's TLB; null if none matches.</summary>
    public int? TlbIndex { get; init; }

    /// <summary>The guest physical address; null if there is none.</summary>
    public string? Physical { get; init; }

    /// <summary>Whether the guest allows stores.</summary>
    public required bool Writable { get; init; }

    /// <summary>What is there: ram, rom, a device or nothing; null if there is no physical address.</summary>
    public string? What { get; init; }

    /// <summary>The address in the machine's host memory; null if there is none.</summary>
    public string? Real { get; init; }

    /// <summary>Why stores to it must not go unseen; null if there is no host page.</summary>
    public string? Guards { get; init; }

    /// <summary>What the shadow TLB has: nothing, loads, or loads and stores.</summary>
    public required string Shadow { get; init; }

    /// <summary>A walk as it is shown.</summary>
    public static WalkView Of(VirtualMachine machine, AddressWalk walk)
    {
        const uint OffsetMask = (1 << ShadowTlb.PageShift) - 1;
        bool present = walk is { IsTranslated: true, Page.IsPresent: true };
        string what = !present
            ? machine.Board.PhysicalBus.Windows.FirstOrDefault(window => window.Contains(walk.Physical))?.Device
                ?? "nothing"
            : walk.Page.IsWritable ? "ram" : "rom";
        return new WalkView
        {
            Virtual = MachineView.Hex(walk.Address),
            By = walk.Steps[0].By switch
            {
                StageAnswer.AddressError => "address error",
                StageAnswer.GuestTlb => "guest TLB",
                StageAnswer.SecondLevelTlb => "second-level TLB",
                StageAnswer.RegisterPage => "register page",
                StageAnswer.Refill => "TLB refill",
                StageAnswer.Invalid => "TLB invalid",
                _ => "unmapped segment",
            },
            TlbIndex = walk.Steps[0].Index >= 0 ? walk.Steps[0].Index : null,
            Physical = walk.IsTranslated ? MachineView.Hex(walk.Physical) : null,
            Writable = walk.Writable,
            What = walk.IsTranslated ? what : null,
            Real = present
                ? MachineView.Hex(((uint)walk.Page.Frame << ShadowTlb.PageShift) + (walk.Physical & OffsetMask))
                : null,
            Guards = present ? MachineView.Name(machine.Ram.Guard[walk.Page.Frame]) : null,
            Shadow = walk.ShadowStores ? "loads and stores" : walk.ShadowLoads ? "loads" : "nothing",
        };
    }
}
