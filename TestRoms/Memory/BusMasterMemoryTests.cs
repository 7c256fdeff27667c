using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.Memory;

/// <summary>What a device that reads and writes memory by itself finds, and who is told of what it writes.</summary>
public sealed class BusMasterMemoryTests : IDisposable
{
    private const uint Page = 0x0030_0000, Mirror = 0x8000_0000, Ports = 0x1800_0000, Rom = 0x1fc0_0000;
    private const int Frame = (int)(Page >> ShadowTlb.PageShift);

    private readonly VirtualMachine _machine = new(GuestRun.Rom("trace") with { TracedPages = [Page] });
    private readonly BusMasterMemory _memory;

    public BusMasterMemoryTests() => _memory = new(_machine.Pmap, _machine.Cpu.Memory.Frames);

    [Fact]
    public void What_is_written_in_one_place_is_read_wherever_that_memory_is_seen()
    {
        byte[] written = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * 7))], read = new byte[10_000];

        Assert.True(_memory.Write(Page + 123, written));
        Assert.True(_memory.Read(Mirror + Page + 123, read));

        Assert.Equal(written, read);
        Assert.Equal(written, _machine.Ram.Slice(Page + 123, 10_000).ToArray());
    }

    [Fact]
    public void Where_memory_ends_the_rest_is_left_alone()
    {
        byte[] read = [.. Enumerable.Repeat((byte)0xee, 16)];

        Assert.False(_memory.Write((16 << 20) - 8, new byte[4096]));
        Assert.False(_memory.Read((16 << 20) - 8, read));

        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee], read);
        Assert.False(_memory.Read(Ports, read));
        Assert.False(_memory.Write(uint.MaxValue, [1, 2]));
    }

    [Fact]
    public void Read_only_memory_answers_and_stays_as_it_is()
    {
        byte[] before = new byte[8], after = new byte[8];
        _memory.Read(Rom, before);

        Assert.True(_memory.Write(Rom, [1, 2, 3, 4, 5, 6, 7, 8]));

        Assert.True(_memory.Read(Rom, after));
        Assert.Equal(before, after);
    }

    [Fact]
    public void A_traced_page_s_watcher_hears_of_each_word_that_is_touched()
    {
        List<TracedWrite> seen = [];
        _machine.Cpu.Memory.Trace.Written += seen.Add;

        _memory.Write(Page - 6, new byte[6 + 9]);

        Assert.Equal([(0, AccessSize.Word), (4, AccessSize.Word), (8, AccessSize.Word)], seen.Select(write => (write.Offset, write.Size)));
        Assert.All(seen, write => Assert.Equal(Frame, write.Frame));
    }

    [Fact]
    public void Code_that_is_written_over_is_void()
    {
        _machine.RunTo(50_000, default);
        CodeMap code = _machine.Ram.Code;
        int frame = Enumerable.Range(0, _machine.Memory.Frames).First(code.HoldsCode);
        uint before = code.Generation(frame);
        uint address = (uint)frame << ShadowTlb.PageShift;
        byte[] same = _machine.Ram.Page(frame).ToArray();

        _memory.Write(address, same);

        Assert.Equal(before + 1, code.Generation(frame));
        Assert.False(code.HoldsCode(frame));
        Assert.Equal("ROM-OK\r\n", GuestRun.Of(_machine).Console[^8..]);
    }

    public void Dispose() => _machine.Dispose();
}
