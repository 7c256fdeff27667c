using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Tool.Running;
using Dbt.Translator;

namespace Dbt.Tool.Inspection;

/// <summary>What a machine holds: its processor, and the three stages of its memory. Addresses are in hexadecimal, as people read them.</summary>
/// <param name="End">Why it stopped, and where.</param>
/// <param name="Instructions">Instructions retired.</param>
/// <param name="GuestNanoseconds">The machine's time since power-on.</param>
/// <param name="Pc">Address of the next instruction.</param>
/// <param name="Symbol">What the kernel calls it; null where it has no name.</param>
/// <param name="Mode">The mode the processor is in.</param>
/// <param name="Asid">Its address space.</param>
/// <param name="Registers">General registers, HI and LO, by name.</param>
/// <param name="Cop0">Registers of coprocessor 0, by name.</param>
/// <param name="Tlb">The guest's TLB.</param>
/// <param name="SecondLevelTlb">The second-level TLB; null if there is none.</param>
/// <param name="Pmap">The guest_pmap, by ranges.</param>
/// <param name="Pages">How many pages of RAM belong to whom.</param>
/// <param name="Shadow">The shadow TLB, by address space and mode.</param>
/// <param name="Walks">The three stages of addresses that were asked for.</param>
internal sealed record MachineView(
    string End,
    long Instructions,
    long GuestNanoseconds,
    string Pc,
    string? Symbol,
    string Mode,
    int Asid,
    IReadOnlyList<RegisterView> Registers,
    IReadOnlyList<RegisterView> Cop0,
    IReadOnlyList<TlbEntryView> Tlb,
    IReadOnlyList<TlbEntryView>? SecondLevelTlb,
    IReadOnlyList<PmapRangeView> Pmap,
    PagesView Pages,
    IReadOnlyList<ShadowSpaceView> Shadow,
    IReadOnlyList<WalkView> Walks)
{
    /// <summary>Looks at a machine that has stopped.</summary>
    public static unsafe MachineView Of(VirtualMachine machine, RunResult result, IReadOnlyList<uint> addresses)
    {
        VirtualCpu cpu = machine.Cpu;
        return new MachineView(
            RunEnd.Describe(result),
            result.Instructions,
            result.GuestNanoseconds,
            Hex(cpu.Pc),
            machine.SymbolAt(cpu.Pc),
            Name(cpu.Context.Mode),
            cpu.Context.Asid,
            [
                .. Enumerable.Range(0, 32).Select(number => new RegisterView(Disassembler.RegisterName(number), Hex(cpu.Register(number)))),
                new RegisterView("hi", Hex((uint)cpu.State->Hi)), new RegisterView("lo", Hex((uint)cpu.State->Lo)),
            ],
            [.. Cop0Register.Named.Select(register => new RegisterView(Cop0Register.NameOf(register), Hex(register == Cop0Register.Count ? cpu.Context.Cop0.Read(register) : cpu.Context.Cop0[register])))],
            [.. Enumerable.Range(0, cpu.Context.Tlb.Size).Select(index => TlbEntryView.Of(index, cpu.Context.Tlb[index]))],
            cpu.Memory.FirstStage.SecondLevel is { } second ? [.. second.All.ToArray().Select((entry, slot) => TlbEntryView.Of(slot, entry))] : null,
            [.. PmapRangeView.Of(machine)],
            PagesView.Of(machine),
            [.. ShadowSpaceView.Of(machine)],
            [.. addresses.Select(address => WalkView.Of(machine, cpu.Memory.Walker.Walk(address, cpu.Context.Asid, cpu.Context.Mode)))]);
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
    public static TlbPageView Of(TlbEntry entry, uint half) => new(MachineView.Hex(entry.Physical(half, 0)), (int)(half >> 3 & 7), TlbEntry.IsDirty(half), TlbEntry.IsValid(half));
}

/// <summary>An entry of a TLB.</summary>
internal sealed record TlbEntryView(int Index, string Virtual, string PageMask, long PageBytes, int Asid, bool Global, TlbPageView Even, TlbPageView Odd)
{
    /// <summary>The entry at an index.</summary>
    public static TlbEntryView Of(int index, TlbEntry entry) => new(
        index, MachineView.Hex(entry.Start), MachineView.Hex(entry.PageMask), entry.PageSize, entry.Asid, entry.IsGlobal, TlbPageView.Of(entry, entry.EntryLo0), TlbPageView.Of(entry, entry.EntryLo1));
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
            while (page < Pages && machine.Pmap[(uint)page * PageBytes] == entry with { Frame = entry.Frame + (int)(page - first) })
                page++;
            yield return new PmapRangeView(
                MachineView.Hex((uint)first * PageBytes), MachineView.Hex((uint)page * PageBytes - 1), entry.IsWritable ? "ram" : "rom", MachineView.Hex((uint)entry.Frame * PageBytes));
        }
        foreach (AddressSpace.Window window in machine.Board.PhysicalBus.Windows.Where(window => window.Length > 0).OrderBy(window => window.Start))
            yield return new PmapRangeView(MachineView.Hex(window.Start), MachineView.Hex((uint)(window.Start + window.Length - 1)), window.Device, null);
    }
}

/// <summary>How many pages of RAM belong to whom, and how many are traced or hold code.</summary>
internal sealed record PagesView(int Private, int Shared, int Zero, int Ballooned, int Traced, int Code)
{
    /// <summary>The pages of a machine.</summary>
    public static PagesView Of(VirtualMachine machine) => new(
        machine.Memory.Count(FrameState.Private), machine.Memory.Count(FrameState.Shared), machine.Memory.Count(FrameState.Zero), machine.Memory.Count(FrameState.Given),
        machine.Cpu.Memory.Trace.Frames, Enumerable.Range(0, machine.Memory.Frames).Count(machine.Ram.Code.HoldsCode));
}

/// <summary>The shadow TLB's translations for an address space in a mode.</summary>
internal sealed record ShadowSpaceView(int Asid, string Mode, int Loads, int Stores, IReadOnlyList<ShadowEntryView> Entries)
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
                        MachineView.Hex(entry.Address), MachineView.Hex(machine.Cpu.Memory.Walker.Walk(entry.Address, asid, mode).Physical), MachineView.Hex((uint)(entry.Host - machine.Ram.Base)), entry.Writable))]);
            }
        }
    }
}

/// <summary>A page of the shadow TLB: guest virtual → guest physical → real, which is an offset in the machine's host memory.</summary>
internal sealed record ShadowEntryView(string Virtual, string Physical, string Real, bool Stores);

/// <summary>The three stages of an address.</summary>
/// <param name="Virtual">The guest virtual address.</param>
/// <param name="By">What makes it physical, or the exception that it is.</param>
/// <param name="TlbIndex">The entry of the guest's TLB; null if none matches.</param>
/// <param name="Physical">The guest physical address; null if there is none.</param>
/// <param name="Writable">Whether the guest allows stores.</param>
/// <param name="What">What is there: ram, rom, a device or nothing; null if there is no physical address.</param>
/// <param name="Real">The address in the machine's host memory; null if there is none.</param>
/// <param name="Guards">Why stores to it must not go unseen; null if there is no host page.</param>
/// <param name="Shadow">What the shadow TLB has: nothing, loads, or loads and stores.</param>
internal sealed record WalkView(string Virtual, string By, int? TlbIndex, string? Physical, bool Writable, string? What, string? Real, string? Guards, string Shadow)
{
    /// <summary>A walk as it is shown.</summary>
    public static WalkView Of(VirtualMachine machine, AddressWalk walk)
    {
        const uint OffsetMask = (1 << ShadowTlb.PageShift) - 1;
        bool present = walk is { IsTranslated: true, Page.IsPresent: true };
        string what = !present ? machine.Board.PhysicalBus.Windows.FirstOrDefault(window => window.Contains(walk.Physical))?.Device ?? "nothing" : walk.Page.IsWritable ? "ram" : "rom";
        return new WalkView(
            MachineView.Hex(walk.Address),
            walk.Steps[0].By switch
            {
                StageAnswer.AddressError => "address error",
                StageAnswer.GuestTlb => "guest TLB",
                StageAnswer.SecondLevelTlb => "second-level TLB",
                StageAnswer.RegisterPage => "register page",
                StageAnswer.Refill => "TLB refill",
                StageAnswer.Invalid => "TLB invalid",
                _ => "unmapped segment",
            },
            walk.Steps[0].Index >= 0 ? walk.Steps[0].Index : null,
            walk.IsTranslated ? MachineView.Hex(walk.Physical) : null,
            walk.Writable,
            walk.IsTranslated ? what : null,
            present ? MachineView.Hex(((uint)walk.Page.Frame << ShadowTlb.PageShift) + (walk.Physical & OffsetMask)) : null,
            present ? MachineView.Name(machine.Ram.Guard[walk.Page.Frame]) : null,
            walk.ShadowStores ? "loads and stores" : walk.ShadowLoads ? "loads" : "nothing");
    }
}
