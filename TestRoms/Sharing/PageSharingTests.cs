using System.Globalization;
using System.Runtime.InteropServices;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Sharing;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Sharing;

/// <summary>One host page behind equal pages of several machines, and what a store to one of them does.</summary>
[Trait("Speed", "slow")]
public sealed class PageSharingTests : IDisposable
{
    private const int Frame = 0x300;
    private readonly PageSharing _sharing;
    private readonly VirtualMachine _one = Machine(), _other = Machine();

    public PageSharingTests()
    {
        _sharing = PageSharing.Create() ?? throw new SkipException("this host cannot map single pages");
        _sharing.Join(_one);
        _sharing.Join(_other);
    }

    public void Dispose()
    {
        _sharing.Dispose();
        _one.Dispose();
        _other.Dispose();
    }

    [SkippableFact]
    public void Equal_pages_of_two_machines_become_one_and_read_as_before()
    {
        FillBoth();
        ScanBoth();

        Assert.Equal(FrameState.Shared, _one.Memory[Frame]);
        Assert.Equal(FrameState.Shared, _other.Memory[Frame]);
        Assert.Equal(0x42, _one.Ram.Page(Frame)[100]);
        Assert.Equal(0x42, _other.Ram.Page(Frame)[100]);
        Assert.True(_sharing.Pages <= _sharing.Frames / 2);
    }

    [SkippableFact]
    public void Pages_that_differ_in_one_byte_are_not_shared()
    {
        FillBoth();
        _other.Ram.Page(Frame)[4095] ^= 1;
        ScanBoth();

        Assert.Equal(FrameState.Private, _one.Memory[Frame]);
        Assert.Equal(FrameState.Private, _other.Memory[Frame]);
    }

    [SkippableFact]
    public void A_page_of_zeros_is_nobody_s()
    {
        ScanBoth();

        Assert.Equal(FrameState.Zero, _one.Memory[Frame]);
        Assert.True(_one.Memory.Count(FrameState.Zero) > _one.Memory.Frames / 2);
    }

    [SkippableFact]
    public void A_store_costs_one_fault_and_changes_nobody_else()
    {
        FillBoth();
        ScanBoth();
        byte[] others = _other.Ram.Page(Frame).ToArray();

        Assert.True(_one.Memory.BeforeStore(Frame));
        _one.Ram.Page(Frame)[100] = 0x99;
        bool again = _one.Memory.BeforeStore(Frame);

        Assert.False(again);
        Assert.Equal(1, _one.Memory.Copies);
        Assert.Equal(FrameState.Private, _one.Memory[Frame]);
        Assert.Equal(0x99, _one.Ram.Page(Frame)[100]);
        Assert.True(_other.Ram.Page(Frame).SequenceEqual(others));
        Assert.Equal(0, _other.Memory.Copies);
    }

    [SkippableFact]
    public void A_page_that_was_changed_back_is_shared_again()
    {
        FillBoth();
        ScanBoth();
        _one.Memory.BeforeStore(Frame);
        _one.Ram.Page(Frame)[100] = 0x99;
        _one.Ram.Page(Frame)[100] = 0x42;

        ScanBoth();

        Assert.Equal(FrameState.Shared, _one.Memory[Frame]);
    }

    [SkippableFact]
    public void A_machine_that_leaves_takes_nothing_with_it()
    {
        FillBoth();
        ScanBoth();

        _sharing.Leave(_one);

        Assert.Equal(0x42, _other.Ram.Page(Frame)[100]);
        _other.Memory.BeforeStore(Frame);
        Assert.Equal(0x42, _other.Ram.Page(Frame)[100]);
    }

    [SkippableFact]
    public void When_sharing_ends_every_machine_keeps_what_it_had()
    {
        FillBoth();
        ScanBoth();

        _sharing.Dispose();

        Assert.Equal(0x42, _one.Ram.Page(Frame)[4095]);
        Assert.Equal(0x42, _other.Ram.Page(Frame)[4095]);
        Assert.Equal(0, _one.Memory.Count(FrameState.Shared));
    }

    [SkippableFact]
    public void The_store_of_a_running_guest_makes_the_copy_and_is_counted_once_a_page()
    {
        using VirtualMachine alone = new(GuestRun.Rom("kernel"));
        RunResult expected = alone.Run(CancellationToken.None);
        using VirtualMachine guest = new(GuestRun.Rom("kernel"));
        using VirtualMachine twin = new(GuestRun.Rom("kernel"));
        using PageSharing sharing = PageSharing.Create()!;
        sharing.Join(guest);
        sharing.Join(twin);
        guest.RunTo(2_000_000, CancellationToken.None);
        twin.RunTo(2_000_000, CancellationToken.None);
        sharing.Scan(guest, guest.Memory.Frames);
        sharing.Scan(twin, twin.Memory.Frames);
        int before = guest.Memory.Count(FrameState.Private);

        Assert.Equal(expected, guest.Run(CancellationToken.None));

        Assert.True(before < guest.Memory.Frames / 50, $"{before} pages of {guest.Memory.Frames} are private");
        Assert.Equal(guest.Memory.Copies, guest.Memory.Count(FrameState.Private) - before);
        Assert.Equal(guest.Memory.Copies, guest.Exits[Dbt.Hypervisor.Accounting.ExitCounter.CopyOnWrite]);
        Assert.True(guest.Memory.Copies > 0);
        Assert.Equal(0, twin.Memory.Copies);
        Assert.Equal(expected, twin.Run(CancellationToken.None));
    }

    [SkippableFact]
    public void Given_pages_leave_the_host_and_read_as_zeros()
    {
        const int First = 0x400, Count = 0x800;
        for (int frame = First; frame < First + Count; frame++)
            _one.Ram.Page(frame).Fill((byte)frame);
        Assert.Equal(Count, ResidentPages(_one.Ram, First, Count));

        for (int frame = First; frame < First + Count; frame++)
            _one.Memory.Give(frame);

        Assert.Equal(0, ResidentPages(_one.Ram, First, Count));
        Assert.Equal(0, _one.Ram.Page(First)[0]);
        Assert.Equal(Count, _one.Memory.Count(FrameState.Given));
    }

    [SkippableFact]
    public void Sharing_pages_frees_the_host_s_memory()
    {
        const int First = 0x400, Count = 0x800;
        foreach (VirtualMachine machine in (VirtualMachine[])[_one, _other])
        {
            for (int frame = First; frame < First + Count; frame++)
                machine.Ram.Page(frame).Fill((byte)(1 + frame % 255));
        }
        long before = ResidentKilobytes(_one.Ram) + ResidentKilobytes(_other.Ram);

        ScanBoth();

        // What two map counts half for each.
        Assert.True(before - (ResidentKilobytes(_one.Ram) + ResidentKilobytes(_other.Ram)) > 4 * Count, "as much as one of them has");
    }

    private static VirtualMachine Machine() => new(GuestRun.Rom("panic-spin"));

    private void FillBoth()
    {
        _one.Ram.Page(Frame).Fill(0x42);
        _other.Ram.Page(Frame).Fill(0x42);
    }

    private void ScanBoth()
    {
        _sharing.Scan(_one, _one.Memory.Frames);
        _sharing.Scan(_other, _other.Memory.Frames);
    }

    /// <summary>How many of these frames the host has pages for.</summary>
    private static int ResidentPages(GuestRam ram, int first, int count)
    {
        const ulong Present = 1ul << 63;
        var entries = new ulong[count];
        using FileStream pagemap = File.OpenRead("/proc/self/pagemap");
        pagemap.Position = ram.HostPage(first) / 4096 * sizeof(ulong);
        pagemap.ReadExactly(MemoryMarshal.AsBytes(entries.AsSpan()));
        return entries.Count(entry => (entry & Present) != 0);
    }

    /// <summary>What the host says that a machine's memory takes of its own, each shared page divided by those who map it.</summary>
    private static long ResidentKilobytes(GuestRam ram)
    {
        nint end = ram.Base + (nint)ram.Length;
        bool inside = false;
        long sum = 0;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Split('-') is [var low, var high] && nint.TryParse(low, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint start) && nint.TryParse(high, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint behind))
                inside = behind > ram.Base && start < end;
            else if (inside && words[0] == "Pss:")
                sum += long.Parse(words[1], CultureInfo.InvariantCulture);
        }
        return sum;
    }
}
