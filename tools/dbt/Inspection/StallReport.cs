using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Tool.Inspection;

/// <summary>What a guest does that gets nowhere, in words that go on behind "the guest".</summary>
internal static class StallReport
{
    private const uint BootRomBytes = 4 << 20;

    /// <summary>Exceptions that lead to each other.</summary>
    public static string Describe(VirtualMachine machine, ExceptionStreak streak)
    {
        (GuestException first, uint from) = streak.IsNested ? streak.First : streak.Outer;
        string badAddress = first.HasBadAddress ? $", BadVAddr 0x{first.BadAddress:x8}" : "";
        if (!streak.IsNested)
        {
            return $"takes {NameOf(first)} at {Place(machine, from)} over and over: its handler goes back there"
                + badAddress;
        }
        (GuestException last, uint at) = streak.Last;
        string other = last.Code == first.Code ? "" : $" {NameOf(first)}";
        return $"takes {NameOf(last)} at {Place(machine, at)} over and over; first{other} from {Place(machine, from)}"
            + badAddress;
    }

    /// <summary>A loop that nothing ends, or a wait.</summary>
    /// <param name="machine">The machine, in it.</param>
    /// <param name="readsDevice">Whether it reads a device.</param>
    public static string Describe(VirtualMachine machine, bool readsDevice)
    {
        string does = machine.Cpu.Context.IsWaiting ? "waits" : "goes round";
        string device = readsDevice ? $", reading {Device(machine, machine.Cpu.Memory.Devices.LatestRead)}" : "";
        return $"{does} at {Place(machine, machine.Cpu.Pc)}{device}, {Interrupts(machine.Cpu.Context.Cop0[Status])}";
    }

    private static string Interrupts(uint status)
    {
        if ((status & (StatusBits.Ie | StatusBits.Exl | StatusBits.Erl)) != StatusBits.Ie
            || (status & StatusBits.ImMask) == 0)
            return "with interrupts disabled";
        IEnumerable<int> lines = Enumerable.Range(0, 8).Where(line => (status >> CauseBits.IpShift + line & 1) != 0);
        return $"and no interrupt comes ({string.Join(", ", lines.Select(line => $"IP{line}"))} enabled)";
    }

    private static string Device(VirtualMachine machine, uint physical) =>
        machine.Board.PhysicalBus.Windows.FirstOrDefault(window => window.Contains(physical)) is { } found
            ? $"{found.Device} at physical 0x{physical:x8}"
            : $"physical 0x{physical:x8}, where nothing answers";

    private static string Place(VirtualMachine machine, uint pc)
    {
        if (pc - machine.Cpu.Context.Model.AddressMap.ResetVector < BootRomBytes)
            return $"0x{pc:x8} (the boot monitor)";
        return machine.SymbolAt(pc) is { } symbol ? $"{symbol} (0x{pc:x8})" : $"0x{pc:x8}";
    }

    private static string NameOf(GuestException exception) => exception switch
    {
        { IsRefill: true } => "TLB refill",
        { Code: ExceptionCode.TlbModified } => "TLB modified",
        { IsTlb: true } => "TLB invalid",
        { HasBadAddress: true } => "address error",
        { Code: ExceptionCode.Interrupt } => "interrupt",
        { Code: ExceptionCode.BusFetch or ExceptionCode.BusData } => "bus error",
        { Code: ExceptionCode.Syscall } => "system call",
        { Code: ExceptionCode.Breakpoint } => "breakpoint",
        { Code: ExceptionCode.ReservedInstruction } => "reserved instruction",
        { Code: ExceptionCode.CoprocessorUnusable } => $"coprocessor {exception.Coprocessor} unusable",
        { Code: ExceptionCode.Overflow } => "integer overflow",
        { Code: ExceptionCode.Trap } => "trap",
        _ => "floating-point exception",
    };
}
