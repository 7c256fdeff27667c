using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Boards;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Boards;

/// <summary>Where a board shows its memory, and that a guest finds it there.</summary>
public sealed class MemoryLayoutTests
{
    private const ulong Megabyte = 1 << 20;

    public static TheoryData<int, Engine> SizesAndEngines
    {
        get
        {
            TheoryData<int, Engine> data = [];
            foreach (int megabytes in (int[])[512, 1024, 2048])
            {
                foreach (Engine engine in Enum.GetValues<Engine>())
                    data.Add(megabytes, engine);
            }
            return data;
        }
    }

    [Theory]
    [InlineData(64, 64)]
    [InlineData(256, 256)]
    [InlineData(2048, 256)]
    public void A_Malta_shows_at_most_256_MB_from_physical_0_on(int megabytes, int low) =>
        Assert.Equal((uint)low << 20, Malta(megabytes).LowBytes);

    [Theory]
    [InlineData(0x0fff_f000, 0x0fff_f000)]
    [InlineData(0x8000_0000, 0)]
    [InlineData(0x9000_0000, 0x1000_0000)]
    [InlineData(0xbfff_f000, 0x3fff_f000)]
    [InlineData(0x2000_0000, 0x2000_0000)]
    [InlineData(0x3fff_f000, 0x3fff_f000)]
    public void With_1_GB_every_page_is_at_2_GB_and_above_and_some_are_lower_as_well(uint address, int offset) =>
        Assert.Equal((ulong)offset, Malta(1024).RamOffset(address, 4096));

    [Theory]
    [InlineData(0x1000_0000)]
    [InlineData(0x1fc0_0000)]
    [InlineData(0x4000_0000)]
    [InlineData(0xc000_0000)]
    public void Devices_the_boot_ROM_and_what_is_behind_the_end_are_not_RAM(uint address) =>
        Assert.Null(Malta(1024).RamOffset(address, 4096));

    [Fact]
    public void A_range_that_leaves_a_region_does_not_follow_itself()
    {
        MemoryLayout layout = Malta(1024);

        Assert.Equal(0xffff000ul, layout.RamOffset(0x0fff_f000, 4096));
        Assert.Null(layout.RamOffset(0x0fff_f000, 8192));
        Assert.Null(layout.RamOffset(0, ulong.MaxValue));
    }

    [Fact]
    public void Two_gigabytes_reach_to_the_last_address() => Assert.Equal(0x7fff_f000ul, Malta(2048).RamOffset(0xffff_f000, 4096));

    [Theory]
    [InlineData(8)]
    [InlineData(2049)]
    public void A_size_that_a_Malta_cannot_have_is_refused(int megabytes) => Assert.Throws<GuestSetupException>(() => Malta(megabytes));

    [Theory]
    [MemberData(nameof(SizesAndEngines))]
    public void A_guest_finds_all_of_its_RAM_where_the_board_shows_it(int megabytes, Engine engine)
    {
        GuestRun run = GuestRun.Of(GuestRun.Rom("highmem") with { Engine = engine, MemoryBytes = (ulong)megabytes * Megabyte });

        Assert.EndsWith("ROM-OK", run.Console.TrimEnd(), StringComparison.Ordinal);
    }

    private static MemoryLayout Malta(int megabytes) => BoardModel.Malta.LayOut((ulong)megabytes * Megabyte);
}
