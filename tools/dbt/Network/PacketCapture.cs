using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Dbt.Runtime;
using Dbt.Runtime.Network;

namespace Dbt.Tool.Network;

/// <summary>
/// All frames of a machine's cards in a file (pcapng, draft-ietf-opsawg-pcapng): an interface for each card, times by
/// the machine's own clock, and with each frame the instruction it came or left at. Wireshark reads it, and
/// <see cref="CapturedFrames"/> lets the same frames enter again.
/// </summary>
internal sealed class PacketCapture : IDisposable
{
    private const uint SectionHeader = 0x0a0d_0d0a, InterfaceDescription = 1, EnhancedPacket = 6,
        ByteOrderMagic = 0x1a2b_3c4d;
    private const ushort Ethernet = 1, Comment = 1, InterfaceName = 2, MacOption = 6, TimeResolution = 9,
        PacketFlags = 2;
    private const byte Nanoseconds = 9;

    private readonly Stream _file;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Where it is written; it is closed with this.</param>
    /// <param name="cards">The machine's cards.</param>
    public PacketCapture(Stream file, IReadOnlyList<NetworkCard> cards)
    {
        _file = file;
        Block header = new(SectionHeader);
        header.Add(ByteOrderMagic).Add(1).Add(uint.MaxValue).Add(uint.MaxValue);
        Write(header);
        for (int i = 0; i < cards.Count; i++)
        {
            Block description = new(InterfaceDescription);
            byte[] address = [.. Enumerable.Range(0, MacAddress.Bytes).Select(place => cards[i].Address[place])];
            description.Add(Ethernet).Add(0).AddOption(InterfaceName, Encoding.UTF8.GetBytes($"net-{i}"))
                .AddOption(MacOption, address).AddOption(TimeResolution, [Nanoseconds]).AddOption(0, []);
            Write(description);
        }
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="card">Whose.</param>
    /// <param name="direction">Whether it entered or left.</param>
    /// <param name="now">When, in nanoseconds of the machine's time.</param>
    /// <param name="instruction">How many instructions were retired by then.</param>
    /// <param name="frame">The frame.</param>
    public void Write(int card, FrameDirection direction, long now, long instruction, ReadOnlySpan<byte> frame)
    {
        Block packet = new(EnhancedPacket);
        packet.Add((uint)card).Add((uint)(now >> 32)).Add((uint)now).Add((uint)frame.Length).Add((uint)frame.Length)
            .AddBytes(frame)
            .AddOption(PacketFlags, direction == FrameDirection.In ? [1, 0, 0, 0] : [2, 0, 0, 0])
            .AddOption(
                Comment,
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"instruction {instruction}")))
            .AddOption(0, []);
        Write(packet);
    }

    /// <summary>Reads the frames that entered, by card and time, from a file of this kind.</summary>
    /// <exception cref="GuestSetupException">It is none, or damaged.</exception>
    public static IReadOnlyList<CapturedFrame> ReadEntered(ReadOnlySpan<byte> file, string name)
    {
        List<CapturedFrame> frames = [];
        bool isCapture = false;
        try
        {
            for (int at = 0; at < file.Length;)
            {
                uint type = Word(file, at);
                int length = checked((int)Word(file, at + 4));
                if (length < 12 || (!isCapture && (type != SectionHeader || Word(file, at + 8) != ByteOrderMagic)))
                    throw new FormatException();
                isCapture = true;
                ReadOnlySpan<byte> body = file.Slice(at + 8, length - 12);
                if (type == EnhancedPacket && HasEntered(body))
                {
                    frames.Add(new CapturedFrame(
                        (int)Word(body, 0), (long)((ulong)Word(body, 4) << 32 | Word(body, 8)),
                        body.Slice(20, checked((int)Word(body, 12))).ToArray()));
                }
                at += length;
            }
        }
        catch (Exception damaged) when (damaged is FormatException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new GuestSetupException($"'{name}' is no capture that --pcap wrote, or is damaged", damaged);
        }
        return frames;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static bool HasEntered(ReadOnlySpan<byte> body)
    {
        for (int at = 20 + Aligned(checked((int)Word(body, 12))); at + 4 <= body.Length;)
        {
            ushort option = BinaryPrimitives.ReadUInt16LittleEndian(body[at..]);
            ushort length = BinaryPrimitives.ReadUInt16LittleEndian(body[(at + 2)..]);
            if (option == PacketFlags)
                return (Word(body, at + 4) & 3) == 1;
            at += 4 + Aligned(length);
        }
        return false;
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static int Aligned(int length) => length + 3 & ~3;

    private void Write(Block block)
    {
        _file.Write(block.ToArray());
        _file.Flush();
    }

    /// <summary>A block of the file: its type, its length before and behind, and what is in it.</summary>
    private sealed class Block
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public Block(uint type) => Add(type).Add(0);

        public Block Add(uint word)
        {
            Span<byte> bytes = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, word);
            _bytes.Write(bytes);
            return this;
        }

        public Block AddBytes(ReadOnlySpan<byte> bytes)
        {
            _bytes.Write(bytes);
            _bytes.Write(new byte[Aligned(bytes.Length) - bytes.Length]);
            return this;
        }

        public Block AddOption(ushort number, ReadOnlySpan<byte> value) =>
            Add((uint)value.Length << 16 | number).AddBytes(value);

        public byte[] ToArray()
        {
            Add((uint)_bytes.WrittenCount + sizeof(uint));
            byte[] all = _bytes.WrittenSpan.ToArray();
            BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(sizeof(uint)), (uint)all.Length);
            return all;
        }
    }
}

/// <summary>A frame that entered a machine.</summary>
/// <param name="Card">By which card.</param>
/// <param name="Time">When, in nanoseconds of the machine's time.</param>
/// <param name="Bytes">The frame.</param>
internal sealed record CapturedFrame(int Card, long Time, byte[] Bytes);
