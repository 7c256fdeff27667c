using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Machines;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.TestRoms.Privileged;

/// <summary>
/// What the guests of the ROM shrinking do to their TLB around the switch at which the pages of one shrink: from the exception whose handler the switch
/// interrupts until that guest has missed the same page again and again.
/// </summary>
internal sealed class ShrinkingTrace
{
    private const uint Tlbr = 0x4200_0001, Tlbwi = 0x4200_0002, Tlbwr = 0x4200_0006, Tlbp = 0x4200_0008;
    private const int Afterwards = 15;
    private const uint Usual = 16 << 10;

    private readonly VirtualizationModule _module;
    private readonly VirtualMachine _machine;
    private readonly List<Step> _steps = [];
    private TlbEntry[] _before = [];
    private int _runs;

    private ShrinkingTrace(VirtualMachine machine) => (_machine, _module) = (machine, machine.Cpu.Virtualization!);

    /// <summary>What may happen.</summary>
    public enum Event
    {
        /// <summary>Root lets another guest run.</summary>
        Switch,

        /// <summary>The guest's TLB handler begins.</summary>
        Exception,

        /// <summary>An instruction of it.</summary>
        Instruction,
    }

    /// <summary>What happens.</summary>
    /// <param name="Guest">The guest that does it, or that runs from now on.</param>
    /// <param name="Kind">What it is.</param>
    /// <param name="Text">The same in words.</param>
    /// <param name="Index">The entry that it is about; −1 for none.</param>
    /// <param name="Entry">What is in that entry then.</param>
    /// <param name="PageBytes">Bytes of a page that the guest would write now, as PageMask has it.</param>
    public sealed record Step(int Guest, Event Kind, string Text, int Index, TlbEntry Entry, uint PageBytes);

    private PrivilegedContext Guest => _module.Guest;

    private int Running => _module.InGuestMode ? _module.GuestId : 0;

    private uint PageBytes => new TlbEntry(Guest.Cop0[PageMask], 0, 0, 0).PageSize;

    /// <summary>Runs the ROM until it has happened.</summary>
    public static IReadOnlyList<Step> Record()
    {
        using VirtualMachine machine = new(GuestRun.Rom("shrinking") with { Engine = Engine.Interp });
        ShrinkingTrace trace = new(machine);
        int victim = 0;
        while (victim == 0)
        {
            trace.StepOver();
            if (trace._steps is [.., { Kind: Event.Instruction } last] && last.PageBytes < Usual)
                victim = last.Guest;
        }
        trace.LeaveOut(victim);
        for (int until = trace._steps.Count + Afterwards; trace._steps.Count < until;)
            trace.StepOver();
        return trace._steps;
    }

    // Keeps what is between the exception of the handler that was interrupted and its end, and of the other guest what
    // took the entry that it is about.
    private void LeaveOut(int victim)
    {
        int exception = _steps.FindLastIndex(step => step.Guest == victim && step.Kind == Event.Exception);
        int entry = _steps[exception].Index;
        _steps.RemoveRange(0, exception);
        Step taken = _steps.First(step => step.Guest != victim && step.Kind == Event.Instruction && step.Index == entry);
        _steps.RemoveAll(step => step.Guest != victim && step.Kind != Event.Switch && step != taken);
    }

    private void StepOver()
    {
        int guest = Running;
        uint pc = _machine.Cpu.Pc, status = Guest.Cop0[Status];
        uint word = guest == 0 ? 0 : Word(pc);
        if (word == Tlbwr)
            _before = [.. Enumerable.Range(0, Guest.Tlb.Size).Select(i => Guest.Tlb[i])];
        _machine.RunTo(_machine.Cpu.Time.Retired + 1, CancellationToken.None);
        int now = Running;
        if (now != 0 && now != _runs)
            Add(now, Event.Switch, _runs == 0 ? "" : $"root's timer: guest {now} runs", -1);
        if (now == 0)
            return;
        _runs = now;
        if (guest != now)
            return;
        if ((~status & Guest.Cop0[Status] & StatusBits.Exl) != 0)
            AddException(now);
        else if (_machine.Cpu.Pc == pc + 4)
            AddInstruction(now, word);
    }

    private void AddException(int guest)
    {
        uint address = Guest.Cop0[BadVAddr];
        int index = Guest.Tlb.Find(address, Guest.Asid, guest);
        Add(guest, Event.Exception, $"load 0x{address:x8}: {(index < 0 ? "no entry" : "not valid")}", index);
    }

    private void AddInstruction(int guest, uint word)
    {
        int index = (int)Guest.Cop0[Cop0Register.Index];
        if (word == Tlbp)
            Add(guest, Event.Instruction, index < 0 ? "TLBP finds none" : "TLBP finds it", index);
        else if (word == Tlbr)
            Add(guest, Event.Instruction, IsItsOwn(Guest.Tlb[index & 31], guest) ? "TLBR" : "TLBR: PageMask is 0", index & 31);
        else if (word == Tlbwi)
            Add(guest, Event.Instruction, "TLBWI", index & 31);
        else if (word == Tlbwr)
            Add(guest, Event.Instruction, "TLBWR", Enumerable.Range(0, _before.Length).First(i => _before[i] != Guest.Tlb[i]));
    }

    private void Add(int guest, Event kind, string text, int index) =>
        _steps.Add(new Step(guest, kind, text, index, index < 0 ? TlbEntry.Nothing : Guest.Tlb[index], PageBytes));

    private static bool IsItsOwn(TlbEntry entry, int guest) => entry.GuestId == guest && !entry.IsInvalid;

    private uint Word(uint pc) =>
        BitConverter.ToUInt32(_machine.Ram.Slice(AddressMap.Physical(pc), sizeof(uint)));
}
