using System.Runtime.CompilerServices;
using Dbt.Runtime.State;
using Dbt.Runtime.Time;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The virtualization module of a processor (MD00846): a second context, which guests run in, and root's hold on it.
/// What decides whether code is a guest's, which interrupts a guest sees, and how far its Count is before root's.
/// </summary>
public sealed unsafe class VirtualizationModule : IHasState
{
    // Cause.IP2 to IP7, which hardware drives.
    private const uint HardwareIp = GuestCtl0Bits.PipMask;

    // GuestCtl2: a bit of HC is this far above that of its line in VIP.
    private const int HcShift = 14;

    private const int RidShift = 16;
    private const uint IdMask = 0xff;

    private readonly uint[] _page = GC.AllocateArray<uint>(256, pinned: true);

    // The inputs IP2 to IP7 that are driven, where Cause has them.
    private uint _pins;

    /// <summary>A guest's context under root's.</summary>
    /// <param name="root">Root's context.</param>
    /// <param name="guest">What the guest's looks like to software.</param>
    /// <param name="clock">The machine's time.</param>
    public VirtualizationModule(PrivilegedContext root, ProcessorModel guest, Clock clock)
    {
        Root = root;
        Guest = new PrivilegedContext((uint*)Unsafe.AsPointer(ref _page[0]), guest, clock, root);
        root.ModeChanged += Follow;
        Guest.ModeChanged += PassInterrupts;
    }

    /// <summary>Root's context.</summary>
    public PrivilegedContext Root { get; }

    /// <summary>The guest's context.</summary>
    public PrivilegedContext Guest { get; }

    /// <summary>Whether code is the guest's: root has said so, and is at no exception level.</summary>
    public bool InGuestMode => (Root.Cop0[GuestCtl0] & GuestCtl0Bits.Gm) != 0 && !IsAtExceptionLevel;

    /// <summary>
    /// Whether loads and stores of root's kernel are translated as those of the guest that RID names (GuestCtl0.DRG).
    /// </summary>
    public bool ReachesGuest =>
        (Root.Cop0[GuestCtl0] & (GuestCtl0Bits.Gm | GuestCtl0Bits.Drg)) == GuestCtl0Bits.Drg
            && RootGuestId != 0 && Root.Mode.IsPrivileged() && !IsAtExceptionLevel;

    /// <summary>The context whose code runs.</summary>
    public PrivilegedContext Running => InGuestMode ? Guest : Root;

    /// <summary>What root lets the guest do.</summary>
    public GuestControl Control => new(Root.Cop0[GuestCtl0], Root.Cop0[GuestCtl0Ext]);

    /// <summary>GuestCtl1.ID: the guest that runs; 0 without GuestIDs.</summary>
    public int GuestId => (int)(Root.Cop0[GuestCtl1] & IdMask);

    /// <summary>GuestCtl1.RID: the guest whose TLB entries root means.</summary>
    public int RootGuestId
    {
        get => (int)(Root.Cop0[GuestCtl1] >> RidShift & IdMask);
        set
        {
            if (Root.Model.HasGuestIds)
                Root.Cop0[GuestCtl1] = Root.Cop0[GuestCtl1] & ~(IdMask << RidShift) | (uint)value << RidShift;
        }
    }

    /// <summary>Whether coprocessor 1 is there for the guest and it has enabled it: root may yet have not.</summary>
    public bool GuestHasFloatingPoint =>
        (Guest.Cop0[Status] & StatusBits.Cu1) != 0 && (Guest.Cop0[Config1] & GuestConfig1Bits.Fp) != 0;

    /// <summary>Notes in GuestCtl0 why the guest exits.</summary>
    public void NoteExit(GuestExit why) =>
        Root.Cop0[GuestCtl0] =
            Root.Cop0[GuestCtl0] & ~GuestCtl0Bits.GExcCodeMask | (uint)why << GuestCtl0Bits.GExcCodeShift;

    /// <summary>Drives one of the interrupt inputs IP2 to IP7: of root, and of the guest if it is passed on.</summary>
    public void SetInterruptPin(int line, bool level)
    {
        Root.SetInterruptPin(line, level);
        uint bit = 1u << CauseBits.IpShift + line;
        _pins = level ? _pins | bit : _pins & ~bit;
        // Hardware takes back what root has injected for this input, where root has said so (GuestCtl2.HC).
        if (!level && (Root.Cop0[GuestCtl2] & bit << HcShift) != 0)
            Root.Cop0.ClearBits(GuestCtl2, bit);
        PassInterrupts();
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("guest", Guest);
        walk.Value("pins", ref _pins);
    }

    private bool IsAtExceptionLevel =>
        (Root.Cop0[Status] & (StatusBits.Exl | StatusBits.Erl)) != 0
            || (Root.Cop0[Debug] & OperatingModes.DebugMode) != 0;

    private void Follow()
    {
        Guest.Timer.Offset = Root.Cop0[GtOffset];
        PassInterrupts();
    }

    // What the guest has pending of hardware: inputs that are passed on, what root injects, and its own timer's.
    private void PassInterrupts()
    {
        uint lines = (_pins & Root.Cop0[GuestCtl0] | Root.Cop0[GuestCtl2]) & HardwareIp;
        uint cause = Guest.Cop0[Cause];
        if ((cause & CauseBits.Ti) != 0)
            lines |= Cop0.TimerInterrupt & HardwareIp;
        Guest.Cop0[Cause] = cause & ~HardwareIp | lines;
    }
}
