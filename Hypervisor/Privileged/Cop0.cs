using Dbt.Runtime.Execution;
using Dbt.Runtime.Time;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The privileged registers of a 24Kf: what they hold at reset, which bits software can change, and what changing them
/// does (MD00343, "CP0 registers"; the values as the oracle presents them).
/// </summary>
public sealed unsafe class Cop0
{
    /// <summary>What a register that does not exist reads as.</summary>
    public const uint Unimplemented = uint.MaxValue;

    private readonly record struct Declaration(int Register, uint Reset, uint Writable);

    private static readonly Declaration[] s_declarations =
    [
        new(Cop0Register.Index, 0, 0xf),
        new(Cop0Register.Random, 15, 0),
        new(EntryLo0, 0, 0x03ff_ffff),
        new(EntryLo1, 0, 0x03ff_ffff),
        new(Context, 0, 0xff80_0000),
        new(PageMask, 0, 0x1fff_e000),
        new(Wired, 0, 0xf),
        new(HwrEna, 0, 0xf),
        new(BadVAddr, 0, 0),
        new(Count, 0, uint.MaxValue),
        new(EntryHi, 0, 0xffff_e0ff),
        new(Compare, 0, uint.MaxValue),
        new(Status, 0x0040_0004, 0x3678_ff1f),
        new(IntCtl, 0xe000_0000, 0x3e0),
        new(SrsCtl, 0, 0xf3c0),
        new(SrsMap, 0, 0),
        new(Cause, 0, CauseBits.Dc | CauseBits.Iv | 1 << 22 | CauseBits.SoftwareIpMask),
        new(Epc, 0, uint.MaxValue),
        new(PrId, 0x0001_9300, 0),
        new(EBase, 0x8000_0000, 0x3fff_f000),
        new(Config, 0x8000_0482, 7),
        new(Config1, 0x9e19_0c8f, 0),
        new(Config2, 0x8000_0000, 0),
        new(Config3, 0, 0),
        new(Config + 4, 0, 0),
        new(Config + 5, 0, 0),
        new(Config + 6, 0, 0),
        new(Config + 7, 0, 0),
        new(LlAddr, 0, 0),
        .. Enumerable.Range(0, 8).Select(i => new Declaration(WatchLo + i, 0, ~7u)),
        .. Enumerable.Range(0, 8).Select(i => new Declaration(WatchHi + i, i < 7 ? 0x8000_0000 : 0, 0x40ff_0ff8)),
        new(Debug, 0x0200_8000, 0),
        new(Depc, 0, uint.MaxValue),
        .. Enumerable.Range(0, 8).Select(i => new Declaration(PerfCtl + i, 0, 0)),
        new(ErrCtl, 0, 0),
        .. Enumerable.Range(0, 4).Select(i => new Declaration(CacheErr + i, 0, 0)),
        .. Enumerable.Range(0, 8).Select(i => new Declaration(TagLo + i, 0, i % 2 == 0 ? 0xffff_fffcu : 0)),
        .. Enumerable.Range(0, 8).Select(i => new Declaration(TagHi + i, 0, i % 2 == 0 ? uint.MaxValue : 0)),
        new(ErrorEpc, 0, uint.MaxValue),
        new(DeSave, 0, uint.MaxValue),
    ];

    private static readonly uint[] s_writable = new uint[256];

    private readonly GuestState* _state;
    private readonly CpuTimer _timer;
    private readonly int _tlbSize;
    private uint _randomSeed = 1;

    static Cop0()
    {
        foreach (Declaration register in s_declarations)
            s_writable[register.Register] = register.Writable;
    }

    /// <summary>The registers at reset, in the register page of <paramref name="state"/>.</summary>
    public Cop0(GuestState* state, Clock clock, int tlbSize)
    {
        _state = state;
        _tlbSize = tlbSize;
        for (int register = 0; register < 256; register++)
            _state->Cop0[register] = Unimplemented;
        foreach (Declaration register in s_declarations)
            _state->Cop0[register.Register] = register.Reset;
        _timer = new CpuTimer(clock, () => SetBits(Cause, CauseBits.Ti | TimerLine));
    }

    /// <summary>Which bits of a register software can change.</summary>
    public static uint Writable(int register) => s_writable[register];

    /// <summary>Called after Status, Debug or EntryHi changed: what the processor may do may have changed.</summary>
    public Action ModeChanged { get; set; } = () => { };

    // IntCtl.IPTI is 7: the timer drives IP7.
    private const uint TimerLine = 1 << CauseBits.IpShift + 7;

    /// <summary>A register's bits as they are stored, for the hypervisor's own use.</summary>
    public uint this[int register]
    {
        get => (uint)_state->Cop0[register];
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
        uint writable = s_writable[register];
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
            ModeChanged();
    }

    /// <summary>A page mask that means something: one with a hole is undefined, and as on the oracle means 4 KB pages.</summary>
    public static uint Sanitize(uint pageMask)
    {
        uint ones = (pageMask & s_writable[PageMask]) >> 13;
        return (ones & ones + 1) == 0 ? ones << 13 : 0;
    }

    /// <summary>Sets bits of a register, whoever may write them.</summary>
    public void SetBits(int register, uint bits) => _state->Cop0[register] |= bits;

    /// <summary>Clears bits of a register, whoever may write them.</summary>
    public void ClearBits(int register, uint bits) => _state->Cop0[register] &= ~bits;

    /// <summary>The entry the next TLBWR replaces: never a wired one, never the same twice. The oracle's generator.</summary>
    public uint NextRandom()
    {
        // A patched store may have left anything in it.
        uint wired = Math.Min(this[Wired], (uint)_tlbSize - 1);
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
