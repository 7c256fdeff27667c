using System.Buffers.Binary;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;

namespace Dbt.Tool.Network;

/// <summary>
/// A switch between the machines of one process, all on one thread and in one time: it learns which address is at which
/// port. A frame arrives a fixed time after it was sent, by the machines' own clocks, so that runs repeat.
/// </summary>
internal sealed class VirtualSwitch
{
    /// <summary>
    /// How long a frame is under way, in nanoseconds, which is what one machine may be ahead of another.
    /// </summary>
    public const long Nanoseconds = 100_000;

    private const int MostAddresses = 1024, HeaderBytes = 14;
    private const byte Group = 1;

    private readonly List<Port> _ports = [];
    private readonly Dictionary<ulong, Port> _places = [];
    private long _count;

    /// <summary>A free port.</summary>
    public INetworkBackend Plug()
    {
        Port port = new(this);
        _ports.Add(port);
        return port;
    }

    private void Carry(Port from, ReadOnlySpan<byte> frame, long now)
    {
        if (frame.Length < HeaderBytes)
            return;
        ulong to = AddressIn(frame), source = AddressIn(frame[MacAddress.Bytes..]);
        if ((frame[MacAddress.Bytes] & Group) == 0 && (_places.ContainsKey(source) || _places.Count < MostAddresses))
            _places[source] = from;
        byte[] carried = frame.ToArray();
        Port? place = _places.GetValueOrDefault(to);
        foreach (Port port in _ports)
        {
            if (port != from && (place is null || place == port))
                port.Add(carried, now + Nanoseconds, _count++);
        }
    }

    private static ulong AddressIn(ReadOnlySpan<byte> frame) =>
        (ulong)BinaryPrimitives.ReadUInt16BigEndian(frame) << 32 | BinaryPrimitives.ReadUInt32BigEndian(frame[2..]);

    private sealed class Port(VirtualSwitch owner) : INetworkBackend
    {
        private const int Most = 1024;

        // Those that arrive at the same time, in the order in which they were sent.
        private readonly PriorityQueue<byte[], (long Due, long Number)> _frames = new();

        public bool LivesInHostTime => false;

        public long NextDue => _frames.TryPeek(out _, out (long Due, long) first) ? first.Due : long.MaxValue;

        public event Action? Arrived
        {
            add { }
            remove { }
        }

        public void Add(byte[] frame, long due, long number)
        {
            if (_frames.Count < Most)
                _frames.Enqueue(frame, (due, number));
        }

        public void Send(ReadOnlySpan<byte> frame, long now) => owner.Carry(this, frame, now);

        public byte[]? Receive(long now) => _frames.Count > 0 && NextDue <= now ? _frames.Dequeue() : null;

        // What is under way to this port, and who is known to be at it.
        public void Walk(StateWalk walk)
        {
            (byte[] Element, (long Due, long Number) Priority)[] frames =
                [.. _frames.UnorderedItems.OrderBy(frame => frame.Priority)];
            int count = walk.Value("under way", frames.Length);
            ulong[] addresses = [.. owner._places.Where(place => place.Value == this).Select(place => place.Key)];
            foreach (ulong address in walk.Sequence<ulong>("addresses", addresses))
                owner._places[address] = this;
            owner._count = Math.Max(owner._count, walk.Value("count", owner._count));
            if (walk.IsReading)
                _frames.Clear();
            for (int i = 0; i < count; i++)
            {
                (byte[] frame, (long due, long number)) = i < frames.Length ? frames[i] : ([], (0, 0));
                frame = walk.Sequence<byte>($"frame {i}", frame);
                due = walk.Value($"due {i}", due);
                number = walk.Value($"number {i}", number);
                if (walk.IsReading)
                    _frames.Enqueue(frame, (due, number));
            }
        }

        public void Dispose() => owner._ports.Remove(this);
    }
}
