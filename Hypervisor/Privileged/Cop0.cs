using System.Buffers.Binary;
using Dbt.Runtime.State;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The privileged registers of a context, and what reading and changing them does (MD00343, "CP0 registers"). What they
/// hold at reset, and which of their bits software can change, is <see cref="ProcessorModel"/>'s.
/// </summary>
public sealed unsafe class Cop0 : IHasState
{
    /// <summary>What a register that does not exist reads as on a 24Kf.</summary>
    public const uint Unimplemented = uint.MaxValue;

    // IntCtl.IPTI is 7: the timer drives IP7.
    internal const uint TimerInterrupt = CauseBits.Ti | 1 << CauseBits.IpShift + 7;

    private readonly uint* _page;
    private readonly CpuTimer _timer;
    private readonly ProcessorModel _model;
    private readonly Action _modeChanged;
    private readonly bool _reversed;
    private uint _randomSeed = 1;

    /// <summary>The registers at reset.</summary>
    /// <param name="page">Where they are.</param>
    /// <param name="model">What they hold at reset, and what of them software can change.</param>
    /// <param name="timer">Count and Compare.</param>
    /// <param name="modeChanged">Called after a write changed Status, Debug or EntryHi.</param>
    public Cop0(uint* page, ProcessorModel model, CpuTimer timer, Action modeChanged)
    {
        _page = page;
        (_model, _timer, _modeChanged) = (model, timer, modeChanged);
        _reversed = model.IsRegisterPageReversed;
        for (int register = 0; register < 256; register++)
            this[register] = model.Reset(register);
    }

    /// <summary>A register's bits as they are stored, for the hypervisor's own use.</summary>
    public uint this[int register]
    {
        get => InOrder(_page[register]);
        set => _page[register] = InOrder(value);
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
        // PageGrain says whether RI and XI can be set.
        if (register is EntryLo0 or EntryLo1)
            value &= this[PageGrain] | ~ProcessorModel.Inhibits;
        Write(register, value, _model.Writable(register));
    }

    /// <summary>MTGC0: a root's write, which reaches what a switch between two guests has to restore.</summary>
    public void WriteFromRoot(int register, uint value) => Write(register, value, _model.WritableFromRoot(register));

    private void Write(int register, uint value, uint writable)
    {
        uint old = this[register];
        uint merged = old & ~writable | value & writable;
        switch (register)
        {
            // A guest's is its root's, at an offset.
            case Count when _model.IsGuest:
                return;
            case Count:
                _timer.Count = value;
                return;
            case Compare:
                _timer.Compare = value;
                ClearBits(Cause, TimerInterrupt);
                break;
            case Cause when !_model.IsGuest:
                _timer.Frozen = (merged & CauseBits.Dc) != 0;
                break;
            case PageMask:
                merged = Sanitize(merged);
                break;
            case Cop0Register.Random or LlAddr:
                return;
        }
        this[register] = merged;
        // To write Compare takes the timer's interrupt back, whatever is written.
        if (merged != old && IsAboutMode(register) || register == Compare && _model.IsGuest)
            _modeChanged();
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Array("registers", new Span<uint>(_page, 256));
        walk.Value("random seed", ref _randomSeed);
    }

    /// <summary>
    /// A page mask that means something: one with a hole is undefined, and as on the oracle means 4 KB pages.
    /// </summary>
    public static uint Sanitize(uint pageMask)
    {
        uint ones = (pageMask & 0x1fff_e000) >> 13;
        return (ones & ones + 1) == 0 ? ones << 13 : 0;
    }

    /// <summary>Sets bits of a register, whoever may write them.</summary>
    public void SetBits(int register, uint bits) => this[register] |= bits;

    /// <summary>Clears bits of a register, whoever may write them.</summary>
    public void ClearBits(int register, uint bits) => this[register] &= ~bits;

    /// <summary>The entries that TLBWR may replace, a bit for each.</summary>
    public ulong RandomChoices => ulong.MaxValue >> 64 - TlbEntries & ulong.MaxValue << (int)FirstRandom;

    /// <summary>How many entries of its TLB it has: of one that is shared, as many as root has said.</summary>
    public int TlbEntries => _model is { IsGuest: true, SharesTlb: true }
        ? (int)((this[Config1] & GuestConfig1Bits.MmuSize) >> GuestConfig1Bits.MmuSizeShift) + 1
        : _model.TlbEntries;

    // A guest that sees the page finds its own byte order in it, which need not be the host's.
    private uint InOrder(uint value) => _reversed ? BinaryPrimitives.ReverseEndianness(value) : value;

    // Of a guest, whatever decides what it may do, and which interrupts it has.
    private bool IsAboutMode(int register) =>
        register is Status or EntryHi or Debug or GuestCtl0 or GuestCtl1 or GuestCtl2 or GtOffset
            || _model.IsGuest && register is (Cause or Config1);

    // A patched store may have left anything in it.
    private uint FirstRandom => Math.Min(this[Wired], (uint)TlbEntries - 1);

    /// <summary>
    /// The entry the next TLBWR replaces: never a wired one, never the same twice. The oracle's generator.
    /// </summary>
    public uint NextRandom()
    {
        uint wired = FirstRandom;
        uint choices = (uint)TlbEntries - wired;
        if (choices == 1)
            return wired;
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
