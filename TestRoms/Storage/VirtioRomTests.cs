using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Storage;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.State;
using Xunit;

namespace Dbt.TestRoms.Storage;

/// <summary>A guest with a virtio disk, which it uses by both interfaces: TestRoms/roms/virtio. QEMU's Malta says the same.</summary>
public sealed class VirtioRomTests : IDisposable
{
    private readonly string _disk = Path.GetTempFileName();

    public VirtioRomTests() => File.WriteAllBytes(_disk, [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)((i >> 9) * 5 + i))]);

    public static TheoryData<Engine, ByteOrder> EnginesAndOrders
    {
        get
        {
            TheoryData<Engine, ByteOrder> data = [];
            foreach (Engine engine in Enum.GetValues<Engine>())
            {
                data.Add(engine, ByteOrder.Little);
                data.Add(engine, ByteOrder.Big);
            }
            return data;
        }
    }

    public void Dispose() => File.Delete(_disk);

    [Theory]
    [MemberData(nameof(EnginesAndOrders))]
    public void Sectors_are_read_and_written_by_both_interfaces_in_either_byte_order(Engine engine, ByteOrder order)
    {
        GuestRun run = GuestRun.Of(Machine(order) with { Engine = engine, JitThreshold = 20 });

        Assert.DoesNotContain("FAIL", run.Console, StringComparison.Ordinal);
        Assert.Equal(2, run.Console.Split("3b712000").Length - 1);
        Assert.EndsWith("ROM-OK", run.Console.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(GuestRun.Of(Machine(order) with { Engine = Engine.Interp }), run);
    }

    [Fact]
    public void A_machine_that_is_saved_again_and_again_while_requests_are_under_way_ends_the_same()
    {
        SavedRun whole = SavedRun.Of(Machine(ByteOrder.Little), [Engine.Threaded], []);
        long[] points = [.. Enumerable.Range(1, 20).Select(part => whole.Run.End.Instructions * part / 21)];

        whole.AssertSameAs(SavedRun.Of(Machine(ByteOrder.Little), [.. Enumerable.Repeat(Engine.Threaded, 21)], points));
    }

    private MachineConfiguration Machine(ByteOrder order) => GuestRun.Rom("virtio", order) with
    {
        Drives = [new DriveConfiguration(0, _disk) { IsVirtio = true, IsSnapshot = true }],
        InstructionLimit = 20_000_000,
    };
}
