using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// An Intel NOR flash (JEDEC JEP137 "CFI", command set 1; Intel StrataFlash J3 data sheet), 32 bits wide, in blocks of
/// 64 KB: array reads, identification, query, status, programming of words and of buffers, block erase. What it is told
/// to do is done at once. It has no identification and no locks: commands for those are taken and do nothing.
/// </summary>
public sealed class CfiFlash : IBusTarget, IMappedContents, IHasState
{
    /// <summary>Bytes that are erased together.</summary>
    public const int BlockBytes = 0x10000;

    /// <summary>Bytes that are programmed together at most, all of one aligned piece of as many.</summary>
    public const int BufferBytes = 0x800;

    // The status register.
    private const uint Ready = 0x80, EraseError = 0x20, ProgramError = 0x10, SequenceError = EraseError | ProgramError;

    private readonly ByteOrder _order;
    private readonly byte[] _contents;
    private readonly byte[] _query = new byte[0x40];
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;
    private uint _status = Ready;
    private Mode _mode = Mode.Array;
    private Expected _expected = Expected.Command;
    private int _bufferAt, _wordsLeft;
    private bool _bufferFailed;

    /// <summary>Creates a flash holding zeros, as QEMU's does when no image is given.</summary>
    /// <param name="bytes">Size, a power of two.</param>
    /// <param name="order">The byte order of the processor on whose bus it is: of what it holds, not of commands and
    /// answers.</param>
    public CfiFlash(int bytes, ByteOrder order)
    {
        _order = order;
        _contents = new byte[bytes];
        FillQuery(bytes);
    }

    // What a load finds.
    private enum Mode { Array, Identity, Query, Status }

    // What the next store is.
    private enum Expected { Command, Word, EraseConfirmation, LockCommand, BufferCount, BufferWord, BufferConfirmation }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Contents => _contents;

    /// <inheritdoc/>
    public int UsedBytes => _used;

    /// <summary>Whether its cells cannot be changed: programming and erasing fail, and its status says so.</summary>
    public bool IsProtected { get; init; }

    /// <inheritdoc/>
    public bool IsReadable => _mode == Mode.Array;

    /// <inheritdoc/>
    public event Action<int, int>? Changed;

    /// <inheritdoc/>
    public event Action? Switched;

    /// <summary>Puts <paramref name="contents"/> at <paramref name="offset"/>: what the factory does.</summary>
    public void Load(int offset, ReadOnlySpan<byte> contents)
    {
        contents.CopyTo(_contents.AsSpan(offset));
        NoteChange(offset, contents.Length);
    }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        switch (_mode)
        {
            case Mode.Array:
                return (uint)_order.Read(_contents.AsSpan((int)offset, bytes));
            case Mode.Query:
                return _query[(offset & 0xff) >> 2];
            case Mode.Identity:
                return 0;
            default:
                // A chip for each half of a word.
                return bytes == 4 ? _status << 16 | _status : _status;
        }
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        bool was = IsReadable;
        Take((int)offset, bytes, value);
        if (was != IsReadable)
            Switched?.Invoke();
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Memory("contents", _contents);
        walk.Value("used", ref _used);
        walk.Value("status", ref _status);
        walk.Value("mode", ref _mode);
        walk.Value("expected", ref _expected);
        walk.Array<byte>("buffer", _buffer);
        walk.Value("buffer at", ref _bufferAt);
        walk.Value("words left", ref _wordsLeft);
        walk.Value("buffer failed", ref _bufferFailed);
    }

    private void NoteChange(int offset, int bytes)
    {
        _used = Math.Max(_used, offset + bytes);
        Changed?.Invoke(offset, bytes);
    }

    private void FillQuery(int bytes)
    {
        "QRY"u8.CopyTo(_query.AsSpan(0x10));
        // Command set 1, and its table at 0x31.
        (_query[0x13], _query[0x15]) = (0x01, 0x31);
        // Volts; powers of two of microseconds for a word and a buffer, of milliseconds for a block; times the most.
        ReadOnlySpan<byte> system = [0x45, 0x55, 0, 0, 7, 7, 10, 0, 4, 4, 4, 0];
        system.CopyTo(_query.AsSpan(0x1b));
        _query[0x27] = (byte)int.Log2(bytes);
        (_query[0x28], _query[0x2a], _query[0x2c]) = (0x02, (byte)int.Log2(BufferBytes), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(_query.AsSpan(0x2d), (ushort)(bytes / BlockBytes - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(_query.AsSpan(0x2f), BlockBytes / 256);
        "PRI10"u8.CopyTo(_query.AsSpan(0x31));
    }

    private void Take(int offset, int bytes, uint value)
    {
        switch (_expected)
        {
            case Expected.Command:
                Command(value & 0xff);
                break;
            case Expected.Word:
                Program(offset, bytes, value);
                break;
            case Expected.EraseConfirmation:
                Erase(offset, value & 0xff);
                break;
            case Expected.LockCommand:
                End((value & 0xff) is 0x01 or 0xd0 or 0x2f ? 0 : SequenceError);
                break;
            case Expected.BufferCount:
                BeginBuffer(offset, (int)(value & 0xffff) + 1);
                break;
            case Expected.BufferWord:
                FillBuffer(offset, bytes, value);
                break;
            case Expected.BufferConfirmation:
                ProgramBuffer(value & 0xff);
                break;
        }
    }

    private void Command(uint command)
    {
        if (command == 0x50)
            _status = Ready;
        _expected = command switch
        {
            0x40 or 0x10 => Expected.Word,
            0x20 => Expected.EraseConfirmation,
            0x60 => Expected.LockCommand,
            0xe8 => Expected.BufferCount,
            _ => Expected.Command,
        };
        _mode = command switch
        {
            0x90 => Mode.Identity,
            0x98 => Mode.Query,
            0x70 => Mode.Status,
            // Clear Status among others.
            _ => _expected == Expected.Command ? Mode.Array : Mode.Status,
        };
    }

    private void End(uint errors = 0)
    {
        _status |= errors;
        _expected = Expected.Command;
    }

    private void Program(int offset, int bytes, uint value)
    {
        if (!IsProtected)
        {
            // Programming only clears bits.
            Span<byte> cells = _contents.AsSpan(offset, bytes);
            _order.Write(cells, _order.Read(cells) & value);
            NoteChange(offset, bytes);
        }
        End(IsProtected ? ProgramError : 0);
    }

    private void Erase(int offset, uint confirmation)
    {
        if (confirmation == 0xd0 && !IsProtected)
        {
            int block = offset & -BlockBytes;
            _contents.AsSpan(block, BlockBytes).Fill(0xff);
            NoteChange(block, BlockBytes);
        }
        End(confirmation != 0xd0 ? SequenceError : IsProtected ? EraseError : 0);
    }

    private void BeginBuffer(int offset, int words)
    {
        _wordsLeft = words;
        _bufferAt = -1;
        _bufferFailed = words > BufferBytes;
        Array.Fill(_buffer, (byte)0xff);
        _expected = Expected.BufferWord;
    }

    // The first word says which piece it is for.
    private void FillBuffer(int offset, int bytes, uint value)
    {
        int piece = offset & -BufferBytes;
        if (_bufferAt < 0)
            _bufferAt = piece;
        _bufferFailed |= piece != _bufferAt;
        _order.Write(_buffer.AsSpan(offset & BufferBytes - 1, bytes), value);
        if (--_wordsLeft == 0)
            _expected = Expected.BufferConfirmation;
    }

    private void ProgramBuffer(uint confirmation)
    {
        bool isWrong = _bufferFailed || confirmation != 0xd0;
        if (!isWrong && !IsProtected)
        {
            Span<byte> cells = _contents.AsSpan(_bufferAt, BufferBytes);
            for (int i = 0; i < BufferBytes; i++)
                cells[i] &= _buffer[i];
            NoteChange(_bufferAt, BufferBytes);
        }
        End(isWrong ? SequenceError : IsProtected ? ProgramError : 0);
    }
}
