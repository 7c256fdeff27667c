using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// An Intel-command-set NOR flash (JEDEC JEP137 "CFI", command set 1), 32 bits wide: array reads, identification,
/// query, word programming and block erase.
/// </summary>
public sealed class CfiFlash : IBusTarget, IHasState
{
    private const uint BlockBytes = 0x10000;
    private const uint Ready = 0x80;

    private const uint ReadIdentity = 0x90, Query = 0x98, ReadStatus = 0x70, ClearStatus = 0x50;
    private const uint Program = 0x40, ProgramAlternate = 0x10, Erase = 0x20, Confirm = 0xd0;

    private readonly ByteOrder _order;
    private readonly byte[] _contents;
    private readonly byte[] _query = new byte[0x40];
    private uint _status = Ready;
    private Mode _mode = Mode.Array;

    /// <summary>Creates a flash holding zeros, as QEMU's does when no image is given.</summary>
    /// <param name="bytes">Size, a power of two.</param>
    /// <param name="order">The byte order of the processor on whose bus it is: of what it holds, not of commands and
    /// answers.</param>
    public CfiFlash(int bytes, ByteOrder order)
    {
        _order = order;
        _contents = new byte[bytes];
        "QRY"u8.CopyTo(_query.AsSpan(0x10));
        _query[0x13] = 0x01;
        _query[0x15] = 0x31;
        _query[0x27] = (byte)int.Log2(bytes);
        _query[0x28] = 0x02;
        _query[0x2c] = 1;
        uint blocks = (uint)bytes / BlockBytes;
        BinaryPrimitives.WriteUInt16LittleEndian(_query.AsSpan(0x2d), (ushort)(blocks - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(_query.AsSpan(0x2f), (ushort)(BlockBytes / 256));
    }

    private enum Mode { Array, Identity, Query, Status, Programming, Erasing }

    /// <summary>Puts <paramref name="contents"/> at <paramref name="offset"/>: what the factory does.</summary>
    public void Load(int offset, ReadOnlySpan<byte> contents) => contents.CopyTo(_contents.AsSpan(offset));

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        switch (_mode)
        {
            case Mode.Array:
                return (uint)_order.Read(_contents.AsSpan((int)offset, bytes));
            case Mode.Query:
                uint index = offset >> 2;
                return index < _query.Length ? _query[index] : 0u;
            case Mode.Identity:
                return 0;
            default:
                return _status;
        }
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        switch (_mode)
        {
            case Mode.Programming:
                // Programming only clears bits.
                Span<byte> cells = _contents.AsSpan((int)offset, bytes);
                _order.Write(cells, _order.Read(cells) & value);
                _mode = Mode.Status;
                break;
            case Mode.Erasing:
                if ((value & 0xff) == Confirm)
                    _contents.AsSpan((int)(offset & ~(BlockBytes - 1)), (int)BlockBytes).Fill(0xff);
                _mode = Mode.Status;
                break;
            default:
                Command(value & 0xff);
                break;
        }
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Memory("contents", _contents);
        walk.Value("status", ref _status);
        walk.Value("mode", ref _mode);
    }

    private void Command(uint command)
    {
        if (command == ClearStatus)
            _status = Ready;
        _mode = command switch
        {
            ReadIdentity => Mode.Identity,
            Query => Mode.Query,
            ReadStatus => Mode.Status,
            Program or ProgramAlternate => Mode.Programming,
            Erase => Mode.Erasing,
            _ => Mode.Array,
        };
    }
}
