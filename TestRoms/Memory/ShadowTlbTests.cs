using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Memory;

public sealed unsafe class ShadowTlbTests : IDisposable
{
    private static readonly nint Host = unchecked((nint)0x7000_0000_0000);
    private readonly ShadowTlb _shadow = new();

    public void Dispose() => _shadow.Dispose();

    [Fact]
    public void A_page_is_entered_as_the_distance_from_guest_to_host()
    {
        ShadowTlb.Space space = _shadow[0, 0];
        space.Fill(0x8010_0abc, Host, PageRights.Load | PageRights.Fetch);

        Assert.Equal(Host, space.Read[0x80100] + unchecked((nint)0x8010_0000L));
        Assert.Equal(0, space.Write[0x80100]);
        Assert.Equal(0, space.Read[0x80101]);
    }

    [Fact]
    public void Address_spaces_and_modes_do_not_see_each_other_s_pages()
    {
        _shadow[1, 2].Fill(0x0040_0000, Host, PageRights.All);

        Assert.Equal(0, _shadow[2, 2].Read[0x400]);
        Assert.Equal(0, _shadow[1, 0].Read[0x400]);
        Assert.Null(_shadow.Existing(3, 0));
    }

    [Fact]
    public void Where_there_are_too_many_spaces_a_new_one_takes_the_place_of_the_one_not_asked_for_for_longest()
    {
        for (int asid = 0; asid < ShadowTlb.MostSpaces; asid++)
            _shadow[asid, 0].Fill(0x0040_0000, Host, PageRights.All);
        ShadowTlb.Space first = _shadow[0, 0];

        ShadowTlb.Space added = _shadow[ShadowTlb.MostSpaces, 0];

        Assert.Equal(0, added.Read[0x400] | added.Write[0x400]);
        Assert.Empty(added.Entries);
        Assert.Null(_shadow.Existing(1, 0));
        Assert.Same(first, _shadow.Existing(0, 0));
        Assert.NotEqual(0, first.Read[0x400]);
        Assert.Equal(ShadowTlb.MostSpaces, _shadow.All.ToArray().Count(space => space is not null));
        Assert.Equal(0, _shadow[1, 0].Read[0x400]);
    }

    [Fact]
    public void A_space_that_takes_the_place_of_one_of_its_mode_has_what_is_never_remapped()
    {
        using ShadowTlb shadow = new(unmapped: 0x8000_0000, unmappedBytes: 0x4000_0000);
        for (int asid = 0; asid < ShadowTlb.MostSpaces; asid++)
        {
            ShadowTlb.Space space = shadow[asid, asid % 2];
            space.Fill(0x0040_0000, Host, PageRights.All);
            space.Fill(0x8010_0000, Host, PageRights.All);
            space.Fill(0xc000_0000, Host, PageRights.All);
        }

        ShadowTlb.Space sameMode = shadow[ShadowTlb.MostSpaces, 1], newMode = shadow[0, 2];

        Assert.Equal([(0x8010_0000u, Host, true)], sameMode.Entries);
        Assert.Null(shadow.Existing(1, 1));
        Assert.Empty(newMode.Entries);
        Assert.Null(shadow.Existing(0, 0));
    }

    [Theory]
    [InlineData(0x2000u)]
    [InlineData(0x2000_0000u)]
    public void Dropping_a_range_leaves_what_is_beside_it(uint length)
    {
        ShadowTlb.Space space = _shadow[0, 0];
        foreach (uint address in (uint[])[0x0fff_f000, 0x1000_0000, 0x1000_1000, 0x1000_0000 + length])
            space.Fill(address, Host, PageRights.All);

        space.Drop(0x1000_0000, length);

        Assert.Equal([true, false, false, true], new[] { 0x0ffffu, 0x10000u, 0x10001u, 0x10000u + (length >> 12) }.Select(page => space.Read[page] != 0));
    }

    [Fact]
    public void Revoking_stores_to_a_host_page_reaches_all_its_guest_addresses_in_all_spaces()
    {
        ShadowTlb.Space active = _shadow[0, 0], other = _shadow[1, 2];
        active.Fill(0x8000_1000, Host, PageRights.All);
        active.Fill(0xa000_1000, Host, PageRights.All);
        active.Fill(0x8000_2000, Host + 4096, PageRights.All);
        other.Fill(0x0040_0000, Host, PageRights.All);

        _shadow.RevokeWrites(active, Host);

        Assert.Equal(0, active.Write[0x80001]);
        Assert.Equal(0, active.Write[0xa0001]);
        Assert.NotEqual(0, active.Write[0x80002]);
        Assert.NotEqual(0, active.Read[0x80001]);
        Assert.Equal(0, other.Write[0x400]);
        Assert.NotEqual(0, other.Read[0x400]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5000)]
    public void Dropping_host_memory_finds_its_pages_wherever_they_are_and_leaves_the_others(int pages)
    {
        const int Page = 1 << ShadowTlb.PageShift, HostClasses = 1024;
        ShadowTlb.Space space = _shadow[0, 0];
        for (uint page = 0; page < 4097; page++)
            space.Fill(page << 12, Host - Page, PageRights.All);
        // A page that moves, one that comes again, two of one frame, and one whose frame has the same place in the index.
        space.Fill(0x0040_0000, Host + 7000 * Page, PageRights.All);
        space.Fill(0x0040_0000, Host, PageRights.All);
        space.Fill(0x0050_0000, Host, PageRights.All);
        space.Fill(0x0060_0000, Host + (pages - 1) * Page, PageRights.Fetch);
        space.Fill(0x0070_0000, Host + pages * Page, PageRights.All);
        space.Fill(0x0080_0000, Host - HostClasses * Page, PageRights.All);
        space.Drop(0x0050_0000, Page);
        space.Fill(0x0050_0000, Host, PageRights.All);

        _shadow.DropHost(Host, pages * Page);

        Assert.Equal([0x0070_0000u, 0x0080_0000u, 0x0100_0000u], space.Entries.Select(entry => entry.Address));
    }

    [Fact]
    public void A_space_that_is_full_loses_all_it_has_and_goes_on()
    {
        ShadowTlb.Space space = _shadow[0, 0];
        for (uint page = 0; page < 5000; page++)
            space.Fill(page << 12, Host, PageRights.All);

        Assert.Equal(1, _shadow.Overflows);
        Assert.Equal(Enumerable.Range(4096, 5000 - 4096).Select(page => (uint)page << 12), space.Entries.Select(entry => entry.Address));
        Assert.Equal(0, space.Read[4095] | space.Write[4095]);
    }
}
