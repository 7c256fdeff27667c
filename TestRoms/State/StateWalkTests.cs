using Dbt.Runtime;
using Dbt.Runtime.State;
using Xunit;

namespace Dbt.TestRoms.State;

/// <summary>What is written is read again, into what names the same pieces, and into nothing else.</summary>
public sealed class StateWalkTests
{
    [Fact]
    public void Everything_that_has_a_name_is_read_as_it_was_written()
    {
        Device written = new() { Latch = 0x1234_5678, Kind = Kind.Second, Extra = new Extra { Count = 7 } };
        written.Cells[3] = 42;
        written.Memory[4096] = 1;
        written.Waiting.Enqueue(5);
        written.Waiting.Enqueue(6);
        Device read = new() { Latch = 1, Extra = new Extra() };
        read.Memory[0] = 9;
        read.Waiting.Enqueue(8);

        StateReader.Read(Saved(written), read);

        Assert.Equal(StateLister.Of(written), StateLister.Of(read));
        Assert.Equal((0x1234_5678u, Kind.Second, 42, 7), (read.Latch, read.Kind, read.Cells[3], read.Extra.Count));
        Assert.Equal((byte)0, read.Memory[0]);
        Assert.Equal([5, 6], read.Waiting.ToArray());
    }

    [Fact]
    public void A_list_has_each_piece_by_the_path_to_it()
    {
        IReadOnlyDictionary<string, StateItem> list = StateLister.Of(new Device { Latch = 0xabcd, Extra = new Extra { Count = 3 } });

        Assert.Equal(new StateItem("latch", 4, 0xabcd), list["latch"]);
        Assert.Equal(new StateItem("extra/count", 4, 3), list["extra/count"]);
    }

    [Fact]
    public void Two_pieces_of_one_name_are_a_mistake() =>
        Assert.Throws<ArgumentException>(() => StateLister.Of(new Renamed("latch")));

    [Fact]
    public void A_part_that_the_reader_does_without_is_passed_over()
    {
        Device read = new();

        StateReader.Read(Saved(new Device { Latch = 3, Extra = new Extra { Count = 7 } }), read);

        Assert.Equal(3u, read.Latch);
        Assert.Null(read.Extra);
    }

    [Fact]
    public void A_part_that_was_not_saved_keeps_what_it_has()
    {
        Device read = new() { Extra = new Extra { Count = 2 } };

        StateReader.Read(Saved(new Device()), read);

        Assert.Equal(2, read.Extra.Count);
    }

    [Fact]
    public void Another_name_is_refused() =>
        Refuses("the saved state does not fit this machine: it has 'latch' where this machine has 'lash'", Saved(new Renamed("")), new Renamed("", "lash"));

    [Fact]
    public void Another_size_is_refused() =>
        Refuses("the saved state does not fit this machine: its 'cells' has 8 of 4 bytes, this machine's 9 of 4", Saved(new Device()), new Device(cells: 9));

    [Fact]
    public void Another_machine_is_refused() =>
        Refuses("the saved state does not fit this machine: its size is 16, this machine's is 32", Saved(new Device()), new Device(size: 32));

    [Fact]
    public void What_is_no_saved_state_is_refused() => Refuses("this is no saved state of a machine", new MemoryStream(new byte[100]), new Device());

    [Fact]
    public void Another_version_is_refused()
    {
        MemoryStream saved = Saved(new Device());
        saved.GetBuffer()[8]++;

        Refuses("the state was saved in version 2 of its format, and this dbt reads version 1: save it anew", saved, new Device());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(60)]
    public void What_ends_too_soon_is_refused(int length) =>
        Refuses("the saved state ends too soon, or is damaged", new MemoryStream(Saved(new Device()).ToArray()[..length]), new Device());

    private static void Refuses(string message, Stream saved, IHasState reader) =>
        Assert.Equal(message, Assert.Throws<GuestSetupException>(() => StateReader.Read(saved, reader)).Message);

    private static MemoryStream Saved(IHasState state)
    {
        MemoryStream stream = new();
        StateWriter.Write(stream, state);
        stream.Position = 0;
        return stream;
    }

    private enum Kind { First, Second }

    private sealed class Device(int cells = 8, int size = 16) : IHasState
    {
        private uint _latch;

        public uint Latch { get => _latch; init => _latch = value; }

        public Kind Kind { get; set; }

        public int[] Cells { get; } = new int[cells];

        public byte[] Memory { get; } = new byte[3 * 4096];

        public Queue<byte> Waiting { get; } = new();

        public Extra? Extra { get; init; }

        public void Walk(StateWalk walk)
        {
            walk.Constant("size", size);
            walk.Value("latch", ref _latch);
            Kind = walk.Value("kind", Kind);
            walk.Array<int>("cells", Cells);
            walk.Memory("memory", Memory);
            walk.Queue("waiting", Waiting);
            walk.Optional("extra", Extra);
        }
    }

    private sealed class Extra : IHasState
    {
        public int Count { get; set; }

        public void Walk(StateWalk walk) => Count = walk.Value("count", Count);
    }

    private sealed class Renamed(string second, string first = "latch") : IHasState
    {
        public void Walk(StateWalk walk)
        {
            walk.Value(first, 0);
            walk.Value(second, 0);
        }
    }
}
