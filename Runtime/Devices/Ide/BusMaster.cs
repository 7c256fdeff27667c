using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The bus master of an IDE channel (82371AB §5.2; SFF-8038i): it moves data between a drive and the memory that a
/// table of physical regions describes.
/// </summary>
public sealed class BusMaster : IHasState
{
    /// <summary>The bytes of its registers.</summary>
    internal const int RegisterBytes = 8;

    private const uint Start = 1, Active = 1, Error = 2, InterruptSeen = 4;
    private const uint EndOfTable = 0x8000_0000;
    private const int EntryBytes = 8, LongestRegion = 0x1_0000;

    // A table has to lie in a page: whoever leads it further has lost its end.
    private const int MostEntries = 4096 / EntryBytes;

    private readonly IBusMemory _memory;
    private readonly Register _command, _status, _table;
    private bool _wasStarted;
    private uint _region;
    private int _left, _entry;
    private bool _isLast;

    /// <summary>Creates one and declares its registers.</summary>
    /// <param name="registers">Those of the function.</param>
    /// <param name="offset">Where its own begin.</param>
    /// <param name="name">Behind its registers' names.</param>
    /// <param name="memory">Where it takes data from and puts it.</param>
    internal BusMaster(RegisterBank registers, int offset, string name, IBusMemory memory)
    {
        _memory = memory;
        _command = registers.Add(offset, "BMIC" + name, mask: 0x09, written: _ => Command());
        _status = registers.Add(offset + 2, "BMIS" + name, mask: 0x60, clearMask: 0x06);
        _table = registers.Add(offset + 4, "BMIDTP" + name, 4, mask: 0xffff_fffc);
    }

    /// <summary>The host has started it.</summary>
    internal event Action? Started;

    /// <summary>Whether it may move data.</summary>
    internal bool IsStarted => _status.Has(Active);

    /// <summary>The drive's interrupt has arrived.</summary>
    internal void NoteInterrupt() => _status.Set(InterruptSeen);

    /// <summary>Moves what a drive has read to where the table says.</summary>
    /// <returns>How much of it; less where the table ends before, or no memory is.</returns>
    internal int ToMemory(ReadOnlySpan<byte> data)
    {
        int moved = 0;
        while (moved < data.Length && FindRegion())
        {
            int bytes = Math.Min(_left, data.Length - moved);
            if (!_memory.Write(_region, data.Slice(moved, bytes)))
            {
                Fail();
                break;
            }
            Pass(bytes);
            moved += bytes;
        }
        return moved;
    }

    /// <summary>Fetches what a drive is to write from where the table says.</summary>
    /// <returns>How much of it; less where the table ends before, or no memory is.</returns>
    internal int FromMemory(Span<byte> data)
    {
        int moved = 0;
        while (moved < data.Length && FindRegion())
        {
            int bytes = Math.Min(_left, data.Length - moved);
            if (!_memory.Read(_region, data.Slice(moved, bytes)))
            {
                Fail();
                break;
            }
            Pass(bytes);
            moved += bytes;
        }
        return moved;
    }

    /// <summary>
    /// The drive has no more for it: it is inactive unless the table had more, which is how the host sees that
    /// (82371AB §5.2.2).
    /// </summary>
    internal void End()
    {
        if (_left == 0 && _isLast)
            _status.Set(Active, false);
    }

    /// <summary>The table ended too soon.</summary>
    internal void EndShort() => _status.Set(Active, false);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Value("was started", ref _wasStarted);
        walk.Value("region", ref _region);
        walk.Value("left", ref _left);
        walk.Value("entry", ref _entry);
        walk.Value("last", ref _isLast);
    }

    private void Command()
    {
        bool isStarted = _command.Has(Start);
        if (isStarted == _wasStarted)
            return;
        _wasStarted = isStarted;
        _status.Set(Active, isStarted);
        if (!isStarted)
            return;
        (_left, _entry, _isLast) = (0, 0, false);
        Started?.Invoke();
    }

    private void Fail()
    {
        _status.Set(Error);
        _status.Set(Active, false);
    }

    private void Pass(int bytes)
    {
        _region += (uint)bytes;
        _left -= bytes;
    }

    // An entry is an address and a length, of which 0 is 64 KB; its highest bit marks the last.
    private bool FindRegion()
    {
        if (_left > 0)
            return true;
        if (_isLast || _entry == MostEntries)
            return false;
        Span<byte> entry = stackalloc byte[EntryBytes];
        if (!_memory.Read(_table.Value + (uint)(_entry++ * EntryBytes), entry))
        {
            Fail();
            return false;
        }
        _region = BinaryPrimitives.ReadUInt32LittleEndian(entry) & ~1u;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        _left = (int)(length & 0xfffe) is var bytes and not 0 ? bytes : LongestRegion;
        _isLast = (length & EndOfTable) != 0;
        return true;
    }
}
