using System.Runtime.InteropServices;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Time;
using Xunit;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.TestRoms.Privileged;

/// <summary>What software can change of each register, and what that does. The ROM cop0 asks the same of a whole machine.</summary>
public sealed unsafe class Cop0Tests : IDisposable
{
    private readonly GuestState* _state = (GuestState*)NativeMemory.AllocZeroed((nuint)sizeof(GuestState));
    private readonly Clock _clock = new();
    private readonly PrivilegedContext _context;
    private readonly Cop0 _cop0;

    public Cop0Tests()
    {
        _context = new PrivilegedContext(_state->Cop0, ProcessorModel.Mips24Kf, _clock);
        _cop0 = _context.Cop0;
    }

    public void Dispose() => NativeMemory.Free(_state);

    [Theory]
    [InlineData(Cop0Register.Index, 0xf, 0)]
    [InlineData(EntryLo0, 0x03ff_ffff, 0)]
    [InlineData(Context, 0xff80_0000, 0)]
    [InlineData(PageMask, 0x1fff_e000, 0)]
    [InlineData(Wired, 0xf, 0)]
    [InlineData(HwrEna, 0xf, 0)]
    [InlineData(EntryHi, 0xffff_e0ff, 0)]
    [InlineData(Status, 0x3678_ff1f, 0)]
    [InlineData(EBase, 0xbfff_f000, 0x8000_0000)]
    [InlineData(PrId, 0x0001_9300, 0x0001_9300)]
    [InlineData(Config, 0x8000_0487, 0x8000_0480)]
    [InlineData(Config1, 0x9e19_0c8f, 0x9e19_0c8f)]
    [InlineData(WatchLo, 0xffff_fff8, 0)]
    [InlineData(WatchHi, 0xc0ff_0ff8, 0x8000_0000)]
    [InlineData(WatchHi + 7, 0x40ff_0ff8, 0)]
    [InlineData(BadVAddr, 0, 0)]
    [InlineData(9 * 8 + 6, Cop0.Unimplemented, Cop0.Unimplemented)]
    public void Software_changes_only_the_writable_bits(int register, uint afterOnes, uint afterZeros)
    {
        _cop0.Write(register, uint.MaxValue);
        Assert.Equal(afterOnes, _cop0.Read(register));
        _cop0.Write(register, 0);
        Assert.Equal(afterZeros, _cop0.Read(register));
    }

    [Theory]
    [InlineData(0x0000_0000, 0x0000_0000)]
    [InlineData(0x0000_6000, 0x0000_6000)]
    [InlineData(0x1fff_e000, 0x1fff_e000)]
    [InlineData(0x0001_8000, 0x0000_0000)]
    public void A_page_mask_with_a_hole_means_4_KB(uint written, uint read)
    {
        _cop0.Write(PageMask, written);

        Assert.Equal(read, _cop0.Read(PageMask));
    }

    [Fact]
    public void Writing_Compare_takes_the_timer_interrupt_back()
    {
        _cop0.Write(Compare, 10);
        _clock.MoveTo(60);
        _clock.FireDue();
        Assert.Equal(CauseBits.Ti | 0x8000, _cop0.Read(Cause));

        _cop0.Write(Compare, 10);

        Assert.Equal(0u, _cop0.Read(Cause));
    }

    [Fact]
    public void Random_never_names_a_wired_entry_nor_the_same_twice()
    {
        _cop0.Write(Wired, 5);
        uint last = _cop0.NextRandom();
        for (int i = 0; i < 1000; i++)
        {
            uint next = _cop0.NextRandom();
            Assert.InRange(next, 5u, 15u);
            Assert.NotEqual(last, next);
            last = next;
        }
    }

    [Theory]
    [InlineData(StatusBits.Ie | 0x8000, 0x8000, true)]
    [InlineData(0x8000, 0x8000, false)]
    [InlineData(StatusBits.Ie | 0x4000, 0x8000, false)]
    [InlineData(StatusBits.Ie | StatusBits.Exl | 0x8000, 0x8000, false)]
    [InlineData(StatusBits.Ie | StatusBits.Erl | 0x8000, 0x8000, false)]
    public void An_interrupt_is_pending_when_enabled_unmasked_and_at_no_level(uint status, uint cause, bool pending)
    {
        _cop0[Status] = status;
        _cop0.SetBits(Cause, cause);

        Assert.Equal(pending, _context.InterruptPending);
    }
}
