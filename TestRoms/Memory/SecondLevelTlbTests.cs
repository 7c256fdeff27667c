using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Memory;

/// <summary>What the second-level TLB keeps of the guest's entries, and when it must forget: as soon as the guest may know that an entry is gone.</summary>
[Trait("Speed", "slow")]
public sealed class SecondLevelTlbTests
{
    private const uint Valid = 2, Global = 1, Address = 0x0040_0000;
    private const int Size = 16, Asid = 7;
    private const ulong Anywhere = 0xffff;

    private readonly List<TlbEntry> _dropped = [];
    private readonly GuestTlb _first = new(Size);
    private readonly SecondLevelTlb _second;

    public SecondLevelTlbTests() => _second = new SecondLevelTlb(4, Size, _dropped.Add);

    [Fact]
    public void What_TLBWR_pushes_out_is_still_found()
    {
        Write(3, Entry(Address), Anywhere);
        Write(3, Entry(0x1000_0000), Anywhere);

        Assert.True(_second.TryFind(Address + 0x1fff, Asid, out TlbEntry found));
        Assert.Equal(Entry(Address), found);
        Assert.False(_second.TryFind(Address + 0x2000, Asid, out _));
        Assert.False(_second.TryFind(Address, Asid + 1, out _));
        Assert.Empty(_dropped);
    }

    [Fact]
    public void A_global_entry_is_found_in_every_address_space()
    {
        Write(3, Entry(Address, Valid | Global), Anywhere);
        Write(3, Entry(0x1000_0000), Anywhere);

        Assert.True(_second.TryFind(Address, Asid + 1, out _));
    }

    [Fact]
    public void What_TLBWI_overwrites_is_gone()
    {
        Write(3, Entry(Address), Anywhere);

        Assert.False(WriteAt(3, Entry(0x1000_0000)));
        Assert.Equal(0, _second.Count);
    }

    [Fact]
    public void Overwriting_every_index_at_which_TLBWR_may_have_put_an_entry_drops_it_at_the_last()
    {
        Write(3, Entry(Address), 0xfff0);
        Write(3, Entry(0x1000_0000), 0xfff0);
        for (int index = 4; index < Size; index++)
        {
            Assert.True(_second.TryFind(Address, Asid, out _));
            WriteAt(index, Entry(0x8000_0000 + (uint)index * 0x2000, 0));
        }

        Assert.False(_second.TryFind(Address, Asid, out _));
        Assert.Equal([Entry(Address)], _dropped);
    }

    [Fact]
    public void An_index_overwritten_before_the_entry_was_written_says_nothing_about_it()
    {
        for (int index = 0; index < Size; index++)
        {
            if (index == 8)
            {
                Write(3, Entry(Address), Anywhere);
                Write(3, Entry(0x1000_0000), Anywhere);
            }
            WriteAt(index, Entry(0x8000_0000 + (uint)index * 0x2000, 0));
        }

        Assert.True(_second.TryFind(Address, Asid, out _));
    }

    [Fact]
    public void What_was_written_at_a_known_index_and_then_pushed_out_is_dropped_when_that_index_is_overwritten()
    {
        WriteAt(3, Entry(Address));
        Write(3, Entry(0x1000_0000), Anywhere);
        Assert.True(_second.TryFind(Address, Asid, out _));

        WriteAt(3, Entry(0x2000_0000));

        Assert.False(_second.TryFind(Address, Asid, out _));
    }

    [Fact]
    public void A_probe_that_finds_nothing_in_the_guest_s_TLB_drops_what_it_asked_for()
    {
        Write(3, Entry(Address), Anywhere);
        Write(3, Entry(0x1000_0000), Anywhere);

        _second.Probed(Address, Asid + 1, -1);
        Assert.True(_second.TryFind(Address, Asid, out _));
        _second.Probed(Address, Asid, -1);
        Assert.False(_second.TryFind(Address, Asid, out _));
    }

    [Fact]
    public void Reading_every_index_shows_that_an_entry_is_nowhere()
    {
        Write(3, Entry(Address), Anywhere);
        Write(3, Entry(0x1000_0000), Anywhere);

        for (int index = 0; index < Size; index++)
            _second.Shown(index);

        Assert.False(_second.TryFind(Address, Asid, out _));
    }

    [Fact]
    public void An_entry_that_was_probed_for_is_dropped_when_the_index_the_probe_gave_is_overwritten_by_somebody_else()
    {
        Write(3, Entry(Address), Anywhere);
        _second.Probed(Address, Asid, 3);
        Write(3, Entry(0x1000_0000), Anywhere);
        Assert.True(_second.TryFind(Address, Asid, out _));

        WriteAt(3, Entry(0x2000_0000));

        Assert.False(_second.TryFind(Address, Asid, out _));
    }

    [Theory]
    [InlineData(0u, Address, Valid, Asid)]
    [InlineData(0x1e000u, 0x0040_0000u, Valid, Asid)]
    [InlineData(0u, Address, Valid | Global, Asid + 1)]
    public void A_new_entry_for_the_same_page_takes_the_place_of_the_old(uint mask, uint address, uint lo, int asid)
    {
        Write(3, Entry(Address), Anywhere);
        Write(3, Entry(0x1000_0000), Anywhere);

        Write(5, new TlbEntry(mask, address | (uint)asid, lo, lo), Anywhere);

        Assert.False(_second.TryFind(Address, Asid, out _));
        Assert.Contains(Entry(Address), _dropped);
    }

    [Fact]
    public void The_same_page_of_another_address_space_is_another_page()
    {
        Write(3, Entry(Address), Anywhere);
        Write(3, Entry(0x1000_0000), Anywhere);

        Write(5, new TlbEntry(0, Address | (Asid + 1), Valid, Valid), Anywhere);

        Assert.True(_second.TryFind(Address, Asid, out _));
    }

    [Fact]
    public void Where_only_one_index_can_be_chosen_TLBWR_is_no_secret()
    {
        Write(15, Entry(Address), 1 << 15);

        Assert.False(Write(15, Entry(0x1000_0000), 1 << 15));
    }

    [Fact]
    public void A_full_one_loses_an_entry_for_each_it_takes()
    {
        for (uint i = 0; i < 8; i++)
            Write(3, Entry(Address + i * 0x2000), Anywhere);

        Assert.Equal(4, _second.Count);
        Assert.Equal(3, _dropped.Count);
    }

    [Theory]
    [MemberData(nameof(RomsAndEngines))]
    public void A_guest_cannot_tell_that_there_is_one(string rom, Engine engine)
    {
        GuestRun run = GuestRun.Of(GuestRun.Rom(rom) with { Engine = engine, SecondLevelTlb = 64 });

        Assert.DoesNotContain("FAIL", run.Console, StringComparison.Ordinal);
        Assert.EndsWith("-OK", run.Console.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void Every_engine_spares_the_same_refills(Engine engine)
    {
        (long Refills, long Instructions) reference = Run(Engine.Interp, 64);

        Assert.Equal(reference, Run(engine, 64));
        Assert.True(reference.Refills < Run(engine, 0).Refills);

        static (long Refills, long Instructions) Run(Engine engine, int entries)
        {
            using VirtualMachine machine = new(GuestRun.Rom("kernel") with { Engine = engine, SecondLevelTlb = entries });
            long instructions = machine.Run(default).Instructions;
            return (machine.Cpu.Memory.Translation.Account.Refills, instructions);
        }
    }

    public static TheoryData<string, Engine> RomsAndEngines
    {
        get
        {
            TheoryData<string, Engine> data = [];
            foreach (string rom in (string[])["tlb", "exceptions", "kernel", "pmap"])
            {
                foreach (Engine engine in Enum.GetValues<Engine>())
                    data.Add(rom, engine);
            }
            return data;
        }
    }

    private static TlbEntry Entry(uint address, uint lo = Valid) => new(0, address | Asid, lo, lo);

    private bool WriteAt(int index, TlbEntry entry) => Write(index, entry, 1ul << index);

    private bool Write(int index, TlbEntry entry, ulong homes)
    {
        bool kept = _second.Written(index, _first[index], entry, homes);
        _first[index] = entry;
        return kept;
    }
}
