using Dbt.Runtime.Execution;
using Dbt.Runtime.Time;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The privileged registers of a processor, and what reading and changing them does (MD00343, "CP0 registers"). What they
/// hold at reset, and which of their bits software can change, is <see cref="ProcessorModel"/>'s.
/// </summary>
public sealed unsafe class Cop0
{
    /// <summary>What a register that does not exist reads as on a 24Kf.</summary>
    public const uint Unimplemented = uint.MaxValue;

    private readonly GuestState* _state;
    private readonly CpuTimer _timer;
    private readonly int _tlbSize;
    private readonly ProcessorModel _model;
    private uint _randomSeed = 1;

    /// <summary>The registers at reset, in the register page of <paramref name="state"/>.</summary>
    public Cop0(GuestState* state, Clock clock, ProcessorModel model)
    {
        _state = state;
        (_model, _tlbSize) = (model, model.TlbEntries);
        for (int register = 0; register < 256; register++)
            _state->Cop0[register] = model.Reset(register);
        _timer = new CpuTimer(clock, model.CountPeriod, () => SetBits(Cause, CauseBits.Ti | TimerLine));
    }

    /// <summary>The processor they are of.</summary>
    public ProcessorModel Model => _model;

    /// <summary>Status, Debug or EntryHi changed: what the processor may do may have changed.</summary>
    public event Action? ModeChanged;

    // IntCtl.IPTI is 7: the timer drives IP7.
    private const uint TimerLine = 1 << CauseBits.IpShift + 7;

    /// <summary>A register's bits as they are stored, for the hypervisor's own use.</summary>
    public uint this[int register]
    {
        get => _state->Cop0[register];
        set => _state->Cop0[register] = value;
    }

    /// <summary>The current address space.</summary>
    public int Asid => (int)this[EntryHi] & 0xff;

    /// <summary>The mode the processor runs in.</summary>
    public OperatingMode Mode => OperatingModes.Of(this[Status], this[Debug]);

    /// <summary>Whether an enabled interrupt is pending and may be taken now.</summary>
    public bool InterruptPending
    {
        get
        {
            uint status = this[Status];
            return (status & (StatusBits.Ie | StatusBits.Exl | StatusBits.Erl)) == StatusBits.Ie
                && (status & this[Cause] & StatusBits.ImMask) != 0
                && (this[Debug] & OperatingModes.DebugMode) == 0;
        }
    }

    /// <summary>MFC0.</summary>
    public uint Read(int register) => register switch
    {
        Count => _timer.Count,
        Cop0Register.Random => this[register] = NextRandom(),
        _ => this[register],
    };

    /// <summary>MTC0, with its side effects.</summary>
    public void Write(int register, uint value)
    {
        uint writable = _model.Writable(register);
        uint old = this[register];
        uint merged = old & ~writable | value & writable;
        switch (register)
        {
            case Count:
                _timer.Count = value;
                return;
            case Compare:
                _timer.Compare = value;
                ClearBits(Cause, CauseBits.Ti | TimerLine);
                break;
            case Cause:
                _timer.Frozen = (merged & CauseBits.Dc) != 0;
                break;
            case PageMask:
                merged = Sanitize(merged);
                break;
            case Cop0Register.Random or LlAddr:
                return;
        }
        this[register] = merged;
        if (register is Status or EntryHi or Debug && merged != old)
            NoteModeChange();
    }

    /// <summary>Whoever changed Status, Debug or EntryHi in the register page says so.</summary>
    public void NoteModeChange() => ModeChanged?.Invoke();

    /// <summary>A page mask that means something: one with a hole is undefined, and as on the oracle means 4 KB pages.</summary>
    public static uint Sanitize(uint pageMask)
    {
        uint ones = (pageMask & 0x1fff_e000) >> 13;
        return (ones & ones + 1) == 0 ? ones << 13 : 0;
    }

    /// <summary>Sets bits of a register, whoever may write them.</summary>
    public void SetBits(int register, uint bits) => _state->Cop0[register] |= bits;

    /// <summary>Clears bits of a register, whoever may write them.</summary>
    public void ClearBits(int register, uint bits) => _state->Cop0[register] &= ~bits;

    /// <summary>The entries that TLBWR may replace, a bit for each.</summary>
    public ulong RandomChoices => ulong.MaxValue >> 64 - _tlbSize & ulong.MaxValue << (int)FirstRandom;

    // A patched store may have left anything in it.
    private uint FirstRandom => Math.Min(this[Wired], (uint)_tlbSize - 1);

    /// <summary>The entry the next TLBWR replaces: never a wired one, never the same twice. The oracle's generator.</summary>
    public uint NextRandom()
    {
        uint wired = FirstRandom;
        uint choices = (uint)_tlbSize - wired;
        if (choices == 1)
            return (uint)_tlbSize - 1;
        uint index;
        do
        {
            _randomSeed = 1103515245 * _randomSeed + 12345;
            index = (_randomSeed >> 16) % choices + wired;
        }
        while (index == this[Cop0Register.Random]);
        return this[Cop0Register.Random] = index;
    }
}
