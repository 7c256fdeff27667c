using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Dbt.Runtime;

namespace Dbt.Tool.Network;

/// <summary>
/// A network that takes no rights: the guest is behind a router (10.0.2.2, with DHCP, and DNS at 10.0.2.3) whose other
/// side are sockets of this process. libslirp does it, on a thread of its own; what the router answers by itself (ARP,
/// DHCP, TFTP, a ping) it answers at once, on the machine's.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UserNetwork : LiveNetwork
{
    private const uint LongestWait = 10_000;

    private const int TypeAt = 12, ProtocolAt = 23;
    private const ushort Ipv4 = 0x0800;
    private const byte Tcp = 6;

    // The library's, which is for one thread at a time.
    private readonly Lock _calling = new();
    private readonly ConcurrentQueue<byte[]> _fromGuest = new();
    private readonly AnonymousPipeServerStream _wakeReader = new(PipeDirection.In);
    private readonly AnonymousPipeClientStream _wakeWriter;
    private readonly List<SlirpTimer> _timers = [];
    private readonly SlirpFunctions _functions;
    private readonly Thread _thread;
    private readonly nint _network;
    private PolledDescriptor[] _polled = new PolledDescriptor[16];
    private int _polledCount;
    private int _isWoken;
    private volatile bool _isOver;

    /// <summary>Makes the network.</summary>
    /// <exception cref="GuestSetupException">There is no libslirp, or a port cannot be forwarded.</exception>
    public UserNetwork(UserNetworkSettings settings)
    {
        _wakeWriter = new AnonymousPipeClientStream(PipeDirection.Out, _wakeReader.ClientSafePipeHandle);
        _functions = new SlirpFunctions(this);
        try
        {
            _network = settings.Make(_functions.Table);
        }
        catch
        {
            _functions.Dispose();
            throw;
        }
        _thread = new Thread(Run) { IsBackground = true, Name = "user network" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> frame, long now)
    {
        byte[] copy = frame.ToArray();
        if (IsTcp(frame))
        {
            _fromGuest.Enqueue(copy);
        }
        else
        {
            // A driver that asks and then polls may lose an answer that comes at any moment: U-Boot's for PCnet does.
            lock (_calling)
                Slirp.Input(_network, copy, copy.Length);
        }
        Wake();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_isOver)
            return;
        _isOver = true;
        Wake();
        _thread.Join();
        Slirp.Cleanup(_network);
        _functions.Dispose();
        _wakeWriter.Dispose();
        _wakeReader.Dispose();
    }

    private static bool IsTcp(ReadOnlySpan<byte> frame) => frame.Length > ProtocolAt && frame[ProtocolAt] == Tcp
        && BinaryPrimitives.ReadUInt16BigEndian(frame[TypeAt..]) == Ipv4;

    private static long Nanoseconds => (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;

    // A byte in the pipe is as good as many.
    private void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) == 0)
            _wakeWriter.WriteByte(0);
    }

    private void Run()
    {
        byte[] woken = new byte[16];
        int wake = (int)_wakeReader.SafePipeHandle.DangerousGetHandle();
        while (!_isOver)
        {
            uint milliseconds = LongestWait;
            lock (_calling)
            {
                _polledCount = 0;
                AddPoll(wake, Slirp.In);
                Slirp.FillPolls(_network, ref milliseconds, _functions.AddPoll, 0);
                milliseconds = Math.Min(milliseconds, UntilTimer());
            }
            int found = HostPoll.Poll(_polled, (nuint)_polledCount, (int)milliseconds);
            if (found > 0 && _polled[0].Found != 0)
            {
                _ = _wakeReader.Read(woken);
                Volatile.Write(ref _isWoken, 0);
            }
            lock (_calling)
            {
                Slirp.Poll(_network, found < 0 ? 1 : 0, _functions.FoundEvents, 0);
                while (_fromGuest.TryDequeue(out byte[]? frame))
                    Slirp.Input(_network, frame, frame.Length);
                FireTimers();
            }
        }
    }

    private int AddPoll(int socket, int events)
    {
        if (_polledCount == _polled.Length)
            Array.Resize(ref _polled, 2 * _polled.Length);
        int wanted = ((events & Slirp.In) != 0 ? HostPoll.In : 0) | ((events & Slirp.Out) != 0 ? HostPoll.Out : 0)
            | ((events & Slirp.Urgent) != 0 ? HostPoll.Urgent : 0);
        _polled[_polledCount] = new PolledDescriptor { Descriptor = socket, Wanted = (short)wanted };
        return _polledCount++;
    }

    private int EventsOf(int number)
    {
        int found = _polled[number].Found;
        return ((found & HostPoll.In) != 0 ? Slirp.In : 0) | ((found & HostPoll.Out) != 0 ? Slirp.Out : 0)
            | ((found & HostPoll.Urgent) != 0 ? Slirp.Urgent : 0) | ((found & HostPoll.Error) != 0 ? Slirp.Error : 0)
            | ((found & HostPoll.HangUp) != 0 ? Slirp.HangUp : 0);
    }

    private nint TakeIn(nint bytes, nuint length)
    {
        byte[] frame = new byte[(int)length];
        Marshal.Copy(bytes, frame, 0, frame.Length);
        Deliver(frame);
        return (nint)length;
    }

    private uint UntilTimer()
    {
        long next = _timers.Min(timer => (long?)timer.Due) ?? long.MaxValue;
        return next == long.MaxValue
            ? LongestWait
            : (uint)Math.Clamp(next - Nanoseconds / 1_000_000, 0, LongestWait);
    }

    private void FireTimers()
    {
        long now = Nanoseconds / 1_000_000;
        foreach (SlirpTimer timer in _timers.Where(timer => timer.Due <= now).ToArray())
        {
            timer.Due = long.MaxValue;
            timer.Fire(timer.Value);
        }
    }

    private delegate void TimerFired(nint value);

    private sealed record SlirpTimer(TimerFired Fire, nint Value)
    {
        /// <summary>In milliseconds; <see cref="long.MaxValue"/> where it is not set.</summary>
        public long Due { get; set; } = long.MaxValue;
    }

    /// <summary>What the library calls; held here, since it only has the addresses.</summary>
    private sealed class SlirpFunctions : IDisposable
    {
        private readonly List<Delegate> _held = [];

        public SlirpFunctions(UserNetwork network)
        {
            AddPoll = (socket, events, _) => network.AddPoll(socket, events);
            FoundEvents = (number, _) => network.EventsOf(number);
            Table = Marshal.AllocHGlobal(Marshal.SizeOf<SlirpCallbacks>());
            SlirpCallbacks table = new()
            {
                Send = Hold<Slirp.SendFrame>((bytes, length, _) => network.TakeIn(bytes, length)),
                Complain = Hold<Slirp.Complain>((_, _) => { }),
                Clock = Hold<Slirp.ReadClock>(_ => Nanoseconds),
                NewTimer = Hold<Slirp.NewTimer>((callback, value, _) =>
                {
                    network._timers.Add(
                        new SlirpTimer(Marshal.GetDelegateForFunctionPointer<TimerFired>(callback), value));
                    return network._timers.Count;
                }),
                FreeTimer = Hold<Slirp.FreeTimer>((timer, _) => network._timers[(int)timer - 1].Due = long.MaxValue),
                SetTimer = Hold<Slirp.SetTimer>((timer, due, _) => network._timers[(int)timer - 1].Due = due),
                Register = Hold<Slirp.Register>((_, _) => { }),
                Unregister = Hold<Slirp.Register>((_, _) => { }),
                Notify = Hold<Slirp.Notify>(_ => { }),
            };
            Marshal.StructureToPtr(table, Table, fDeleteOld: false);
        }

        public Slirp.AddPoll AddPoll { get; }

        public Slirp.FoundEvents FoundEvents { get; }

        /// <summary>Where they are, as <see cref="SlirpCallbacks"/>.</summary>
        public nint Table { get; }

        public void Dispose() => Marshal.FreeHGlobal(Table);

        private nint Hold<T>(T function) where T : Delegate
        {
            _held.Add(function);
            return Marshal.GetFunctionPointerForDelegate(function);
        }
    }
}
