using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Xunit;

namespace Dbt.TestRoms.Memory;

/// <summary>Where segments lie, in the architecture and for KVM's trap-and-emulate guests, and who may use them.</summary>
public sealed class AddressMapTests
{
    [Theory]
    [InlineData(0x0000_0000, SegmentKind.Mapped, OperatingMode.User)]
    [InlineData(0x7fff_ffff, SegmentKind.Mapped, OperatingMode.User)]
    [InlineData(0x8000_0000, SegmentKind.Unmapped, OperatingMode.Kernel)]
    [InlineData(0xbfc0_0000, SegmentKind.Unmapped, OperatingMode.Kernel)]
    [InlineData(0xc000_0000, SegmentKind.Mapped, OperatingMode.Supervisor)]
    [InlineData(0xe000_0000, SegmentKind.Mapped, OperatingMode.Kernel)]
    public void The_architecture_gives_user_space_the_lower_half(uint address, SegmentKind kind, OperatingMode least) =>
        Assert.Equal(new Segment(kind, least), AddressMap.Mips32.Of(address));

    [Theory]
    [InlineData(0x0000_0000, SegmentKind.Mapped, OperatingMode.User)]
    [InlineData(0x3fff_ffff, SegmentKind.Mapped, OperatingMode.User)]
    [InlineData(0x4000_0000, SegmentKind.Unmapped, OperatingMode.Kernel)]
    [InlineData(0x5fc0_0000, SegmentKind.Unmapped, OperatingMode.Kernel)]
    [InlineData(0x6000_0000, SegmentKind.Mapped, OperatingMode.Kernel)]
    [InlineData(0x7fff_ffff, SegmentKind.Mapped, OperatingMode.Kernel)]
    [InlineData(0xb800_03f8, SegmentKind.Unmapped, OperatingMode.Kernel)]
    [InlineData(0xc000_0000, SegmentKind.None, OperatingMode.Kernel)]
    public void KVM_gives_a_guest_s_user_space_a_quarter_and_its_kernel_the_next(uint address, SegmentKind kind, OperatingMode least) =>
        Assert.Equal(new Segment(kind, least), AddressMap.KvmGuest.Of(address));

    [Theory]
    [InlineData(OperatingMode.Kernel, true)]
    [InlineData(OperatingMode.Supervisor, true)]
    [InlineData(OperatingMode.User, false)]
    [InlineData(OperatingMode.Error, true)]
    public void A_segment_admits_its_least_privileged_mode_and_those_above(OperatingMode mode, bool admitted) =>
        Assert.Equal(admitted, AddressMap.Mips32.Of(0xc000_0000).Admits(mode));

    [Theory]
    [InlineData(0x402f_2618, 0x5fc0_0000u, 64)]
    [InlineData(0x8010_0000, 0xbfc0_0000u, 16)]
    public void The_address_of_a_kernel_says_which_processor_it_is_for(uint entry, uint reset, int tlbEntries)
    {
        var model = ProcessorModel.For(entry);

        Assert.Equal(reset, model.AddressMap.ResetVector);
        Assert.Equal(tlbEntries, model.TlbEntries);
    }
}
