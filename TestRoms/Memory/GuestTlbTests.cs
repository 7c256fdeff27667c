using Dbt.Hypervisor.Memory;
using Xunit;

namespace Dbt.TestRoms.Memory;

public sealed class GuestTlbTests
{
    private const uint Global = 1, Valid = 2;

    [Fact]
    public void At_reset_no_two_entries_match_the_same_address()
    {
        GuestTlb tlb = new(16);

        Assert.Equal(16, Enumerable.Range(0, 16).Select(i => tlb[i].EntryHi).Distinct().Count());
    }

    [Theory]
    [InlineData(0x0040_0000, 7, 3)]
    [InlineData(0x0040_1fff, 7, 3)]
    [InlineData(0x0040_2000, 7, -1)]
    [InlineData(0x0040_0000, 8, -1)]
    public void An_entry_matches_its_pair_of_pages_in_its_address_space(uint address, int asid, int expected)
    {
        GuestTlb tlb = new(16) { [3] = new TlbEntry(0, 0x0040_0007, Valid, Valid) };

        Assert.Equal(expected, tlb.Find(address, asid));
    }

    [Theory]
    [InlineData(Global, Global, true)]
    [InlineData(Global, 0, false)]
    [InlineData(0, Global, false)]
    public void Global_is_what_both_halves_say(uint even, uint odd, bool everywhere)
    {
        GuestTlb tlb = new(16) { [0] = new TlbEntry(0, 0x0040_0007, even, odd) };

        Assert.Equal(everywhere ? 0 : -1, tlb.Find(0x0040_0000, 9));
    }

    [Theory]
    [InlineData(0x0000_0000, 4u << 10)]
    [InlineData(0x0000_6000, 16u << 10)]
    [InlineData(0x0001_e000, 64u << 10)]
    [InlineData(0x01ff_e000, 16u << 20)]
    [InlineData(0x1fff_e000, 256u << 20)]
    public void The_mask_gives_the_size_of_each_page_and_which_half_an_address_is_in(uint mask, uint bytes)
    {
        TlbEntry entry = new(mask, 0x4000_0000, EntryLo0: 0x0000_0042, EntryLo1: 0x0000_0082);

        Assert.Equal(bytes, entry.PageSize);
        Assert.Equal(entry.EntryLo0, entry.Half(0x4000_0000 + bytes - 1));
        Assert.Equal(entry.EntryLo1, entry.Half(0x4000_0000 + bytes));
    }

    [Fact]
    public void A_large_page_takes_the_low_bits_of_the_frame_from_the_address()
    {
        TlbEntry entry = new(0x0001_e000, 0x0040_0000, 0, 0);

        // A frame number whose low bits are not zero: a 64 KB page begins at a multiple of its size all the same.
        Assert.Equal(0x0123_5678u, entry.Physical(0x01237 << 6, 0x0040_5678));
    }
}
