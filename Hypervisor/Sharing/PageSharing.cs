using System.Globalization;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Memory;

namespace Dbt.Hypervisor.Sharing;

/// <summary>
/// Finds pages with the same contents, in one machine or in several, and puts one host page behind them (Waldspurger,
/// "Memory resource management in VMware ESX Server", content-based page sharing). Guests are scanned in slices and
/// see nothing of it.
/// </summary>
public sealed class PageSharing : IDisposable
{
    // Most of what the host allows a process is left to the rest of it.
    private const int MappingsByDefault = 65530;

    private readonly SharedPages _store;
    private readonly List<Member> _members = [];
    private readonly Dictionary<ulong, int> _shared = [];
    private readonly Dictionary<int, ulong> _hashes = [];
    private readonly Dictionary<ulong, (Member Member, int Frame)> _seen = [];
    private readonly int _mostSeams = MappingsAllowed() / 2;

    private PageSharing(SharedPages store) => _store = store;

    /// <summary>Sharing among machines that join; null on a host that cannot map single pages.</summary>
    public static PageSharing? Create() => SharedPages.Create() is { } store ? new PageSharing(store) : null;

    /// <summary>Pages that several frames share.</summary>
    public int Pages => _store.Count;

    /// <summary>Frames that share them.</summary>
    public long Frames => _store.References;

    /// <summary>Frames looked at.</summary>
    public long Scanned { get; private set; }

    /// <summary>Lets a machine take part.</summary>
    public void Join(VirtualMachine machine)
    {
        machine.Memory.Released += Forget;
        _members.Add(new Member(machine.Memory));
    }

    /// <summary>Takes a machine out, before it is disposed of. Nobody else notices.</summary>
    public void Leave(VirtualMachine machine)
    {
        if (_members.Find(member => member.Memory == machine.Memory) is not { } leaving)
            return;
        leaving.Memory.Abandon();
        leaving.Memory.Released -= Forget;
        _members.Remove(leaving);
        // What it was seen with is no longer there.
        _seen.Clear();
    }

    /// <summary>Looks at the next frames of a machine, which is not running, and shares what can be shared.</summary>
    /// <param name="machine">One that has joined.</param>
    /// <param name="frames">How many frames to look at; after the last comes the first.</param>
    public void Scan(VirtualMachine machine, int frames)
    {
        Member scanned = _members.Find(member => member.Memory == machine.Memory)
            ?? throw new ArgumentException("the machine has not joined", nameof(machine));
        if (_seen.Count > 2 * _members.Sum(member => member.Memory.Frames))
            _seen.Clear();
        bool room = _members.Sum(member => member.Memory.Seams) < _mostSeams;
        bool changed = false;
        for (int i = 0; i < frames; i++)
        {
            if (scanned.Next == scanned.Memory.Frames)
                scanned.Next = 0;
            changed |= Look(scanned, scanned.Next++, room);
        }
        Scanned += frames;
        if (!changed)
            return;
        // The first of a pair may be any machine's.
        foreach (Member member in _members)
            member.Memory.RevokeStores();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Member member in _members)
            member.Memory.SeparateAll();
        _store.Dispose();
    }

    private bool Look(Member member, int frame, bool room)
    {
        MachineMemory memory = member.Memory;
        if (memory[frame] != FrameState.Private)
            return false;
        ReadOnlySpan<byte> contents = memory.Contents(frame);
        ulong hash = PageHash.Of(contents);
        if (hash == 0)
        {
            memory.ShareZeros(frame);
            return true;
        }
        if (!room)
            return false;
        if (_shared.TryGetValue(hash, out int page))
            return _store[page].SequenceEqual(contents) && memory.Share(frame, _store, page);
        if (!_seen.TryGetValue(hash, out (Member Member, int Frame) twin)
            || (twin.Member == member && twin.Frame == frame)
            || twin.Member.Memory[twin.Frame] != FrameState.Private
            || !twin.Member.Memory.Contents(twin.Frame).SequenceEqual(contents))
        {
            _seen[hash] = (member, frame);
            return false;
        }
        return ShareBoth(hash, twin, (member, frame));
    }

    private bool ShareBoth(ulong hash, (Member Member, int Frame) one, (Member Member, int Frame) other)
    {
        int page = _store.Add(one.Member.Memory.Contents(one.Frame));
        if (page < 0)
            return false;
        _shared[hash] = page;
        _hashes[page] = hash;
        // Held, so that it outlives a host that allows neither.
        _store.Acquire(page);
        bool shared =
            one.Member.Memory.Share(one.Frame, _store, page) | other.Member.Memory.Share(other.Frame, _store, page);
        if (_store.Release(page))
            Forget(page);
        _seen.Remove(hash);
        return shared;
    }

    private void Forget(int page)
    {
        if (_hashes.Remove(page, out ulong hash))
            _shared.Remove(hash);
    }

    private static int MappingsAllowed()
    {
        const string Limit = "/proc/sys/vm/max_map_count";
        return File.Exists(Limit)
            && int.TryParse(File.ReadAllText(Limit), CultureInfo.InvariantCulture, out int allowed)
                ? allowed
                : MappingsByDefault;
    }

    private sealed class Member(MachineMemory memory)
    {
        public MachineMemory Memory { get; } = memory;

        public int Next { get; set; }
    }
}
