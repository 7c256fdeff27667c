using System.Runtime.InteropServices;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Boards;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Time;
using Dbt.Translator.Instructions;
using Xunit;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.TestRoms.Memory;

/// <summary>
/// A processor may have more than one privileged context, and an address more than one stage: what a guest takes for physical goes
/// through the TLB of a root, which alone hears of it where there is no way.
/// </summary>
public sealed unsafe class TwoStageTests : IDisposable
{
    private const uint Virtual = 0x0040_0000, GuestPhysical = 0x0020_0000, Physical = 0x0030_0000;
    private const uint RamBytes = 16 << 20, Valid = 2, Dirty = 4;

    private readonly GuestState* _state = (GuestState*)NativeMemory.AllocZeroed((nuint)sizeof(GuestState));
    private readonly uint* _rootPage = (uint*)NativeMemory.AllocZeroed(256, sizeof(uint));
    private readonly GuestPmap _pmap = new(new MemoryLayout(RamBytes, 0, new MemoryRegion(0, RamBytes, 0, IsWritable: true)));
    private readonly ShadowTlb _shadow = new();
    private readonly PrivilegedContext _guest, _root;
    private readonly AddressTranslation _translation;

    public TwoStageTests()
    {
        var clock = new Clock();
        _guest = new PrivilegedContext(_state->Cop0, ProcessorModel.Mips24Kf, clock);
        _root = new PrivilegedContext(_rootPage, ProcessorModel.Mips24Kf, clock);
        var account = new AddressAccount(_shadow);
        ContextStage[] stages = [new(_guest, account, _ => { }), new(_root, account, _ => { })];
        foreach (ContextStage stage in stages)
        {
            stage.Context.Cop0[Status] = 0;
            stage.Activate(stage.Context.Mode, stage.Context.Asid);
        }
        _translation = new AddressTranslation(stages, _pmap, account);
        _guest.Tlb[0] = EntryOf(Virtual, GuestPhysical, Valid | Dirty);
    }

    public void Dispose()
    {
        _pmap.Dispose();
        _shadow.Dispose();
        NativeMemory.Free(_rootPage);
        NativeMemory.Free(_state);
    }

    [Fact]
    public void An_address_goes_through_one_stage_after_the_other()
    {
        _root.Tlb[0] = EntryOf(GuestPhysical, Physical, Valid | Dirty);

        Assert.True(_translation.TryTranslate(Access(AccessKind.Load), out uint physical, out PageRights rights, out PmapEntry page));
        Assert.Equal((Physical + 4, PageRights.All, (int)(Physical >> ShadowTlb.PageShift)), (physical, rights, page.Frame));
        Assert.Equal([GuestPhysical + 4, Physical + 4], _translation.Walk(Virtual + 4, 0, OperatingMode.Kernel).Select(step => step.Address));
    }

    [Fact]
    public void Stores_go_through_where_both_stages_let_them()
    {
        _root.Tlb[0] = EntryOf(GuestPhysical, Physical, Valid);

        Assert.True(_translation.TryTranslate(Access(AccessKind.Load), out _, out PageRights rights, out _));
        Assert.Equal(PageRights.Load | PageRights.Fetch, rights);
        Assert.False(_translation.TryTranslate(Access(AccessKind.Store), out _, out _, out _));
        Assert.Equal(new GuestException(ExceptionCode.TlbModified, BadAddress: GuestPhysical + 4), _translation.Pending);
    }

    [Fact]
    public void What_the_second_stage_misses_is_an_exception_of_its_context_about_the_guests_physical_address()
    {
        Assert.False(_translation.TryTranslate(Access(AccessKind.Load), out _, out _, out _));

        Assert.Equal(new GuestException(ExceptionCode.TlbLoad, IsRefill: true, GuestPhysical + 4), _translation.Pending);
        Assert.Same(_root, _translation.PendingFor);

        uint[] before = [.. new ReadOnlySpan<uint>(_state->Cop0, 256)];
        _state->Pc = 0x8000_1000;
        ExceptionEntry.Enter(_state, _translation.PendingFor, _translation.Pending, inDelaySlot: false);
        Assert.Equal((GuestPhysical + 4, 0x8000_1000u), (_root.Cop0[BadVAddr], _root.Cop0[Epc]));
        Assert.Equal(before, new ReadOnlySpan<uint>(_state->Cop0, 256).ToArray());
    }

    [Fact]
    public void What_the_first_stage_misses_is_the_guests()
    {
        Assert.False(_translation.TryTranslate(new MemoryAccess(AccessKind.Load, 0x0050_0000, AccessSize.Word), out _, out _, out _));

        Assert.Same(_guest, _translation.PendingFor);
    }

    private static MemoryAccess Access(AccessKind kind) => new(kind, Virtual + 4, AccessSize.Word);

    private static TlbEntry EntryOf(uint from, uint to, uint flags) => TlbEntry.Of(0, from, to >> 12 << 6 | flags, 0);
}
