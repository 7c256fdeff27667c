using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The command block registers of a drive (ATA/ATAPI-6, section 7). What the host writes twice for a 48-bit address,
/// the registers hold twice: what was written last, and what before.
/// </summary>
public sealed class TaskFile : IHasState
{
    /// <summary>Register numbers, which are the offsets in the command block.</summary>
    internal const int Features = 1, Count = 2, Low = 3, Mid = 4, High = 5, Device = 6;

    private const uint LbaMode = 0x40;

    private readonly byte[] _now = new byte[8], _before = new byte[8];

    /// <summary>A register; setting it is the drive's own doing.</summary>
    internal byte this[int register]
    {
        get => _now[register];
        set => _now[register] = value;
    }

    /// <summary>Whether the host gives addresses of blocks rather than of cylinder, head and sector.</summary>
    internal bool IsLba => (_now[Device] & LbaMode) != 0;

    /// <summary>Which head, or bits 27 to 24 of an address.</summary>
    internal int Head => _now[Device] & 0x0f;

    /// <summary>Bits 27 to 0 of an address.</summary>
    internal long Lba28 => (long)Head << 24 | Lba24(_now);

    /// <summary>A 48-bit address.</summary>
    internal long Lba48 => Lba24(_before) << 24 | Lba24(_now);

    /// <summary>How many sectors a 28-bit command is about.</summary>
    internal int Sectors28 => _now[Count] == 0 ? 1 << 8 : _now[Count];

    /// <summary>How many sectors a 48-bit command is about.</summary>
    internal int Sectors48 => (_before[Count] << 8 | _now[Count]) is var count and not 0 ? count : 1 << 16;

    /// <summary>Bytes that a packet command may transfer at a time.</summary>
    internal int ByteCount
    {
        get => _now[High] << 8 | _now[Mid];
        set => (_now[Mid], _now[High]) = ((byte)value, (byte)(value >> 8));
    }

    /// <summary>The host writes a register.</summary>
    internal void Write(int register, byte value) => (_before[register], _now[register]) = (_now[register], value);

    /// <summary>The host reads one: what was written before, if it asks for that.</summary>
    internal byte Read(int register, bool before) => before ? _before[register] : _now[register];

    /// <summary>Says where, in 48 bits.</summary>
    internal void SetLba48(long lba)
    {
        SetLba24(_now, lba);
        SetLba24(_before, lba >> 24);
    }

    /// <summary>Says where, in 28 bits.</summary>
    internal void SetLba28(long lba)
    {
        SetLba24(_now, lba);
        _now[Device] = (byte)(_now[Device] & 0xf0 | (int)(lba >> 24) & 0x0f);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Array<byte>("now", _now);
        walk.Array<byte>("before", _before);
    }

    private static long Lba24(byte[] registers) =>
        (uint)(registers[High] << 16 | registers[Mid] << 8 | registers[Low]);

    private static void SetLba24(byte[] registers, long lba) =>
        (registers[Low], registers[Mid], registers[High]) = ((byte)lba, (byte)(lba >> 8), (byte)(lba >> 16));
}
