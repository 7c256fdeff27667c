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
    private const int SectionBody = 16, PacketBody = 20;
    private const string PowerOnWord = "power-on ";

    private readonly Stream _file;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Where it is written; it is closed with this.</param>
    /// <param name="cards">The machine's cards.</param>
    /// <param name="powerOn">What its clock showed at power-on, where it is not what it always shows.</param>
    public PacketCapture(Stream file, IReadOnlyList<NetworkCard> cards, DateTime? powerOn)
    {
        _file = file;
        Block header = new(SectionHeader);
        header.Add(ByteOrderMagic).Add(1).Add(uint.MaxValue).Add(uint.MaxValue);
        if (powerOn is { } date)
            header.AddOption(Comment, Encoding.UTF8.GetBytes(PowerOnWord + date.ToString("O"))).AddOption(0, []);
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

    /// <summary>Reads what has entered in an earlier run from a file of this kind.</summary>
    /// <exception cref="GuestSetupException">It is none, or damaged.</exception>
    public static CapturedRun Read(ReadOnlySpan<byte> file, string name)
    {
        List<CapturedFrame> frames = [];
        DateTime? powerOn = null;
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
                if (type == SectionHeader)
                    powerOn = PowerOnIn(body);
                else if (type == EnhancedPacket && HasEntered(body))
                {
                    frames.Add(new CapturedFrame(
                        (int)Word(body, 0), (long)((ulong)Word(body, 4) << 32 | Word(body, 8)),
                        body.Slice(PacketBody, checked((int)Word(body, 12))).ToArray()));
                }
                at += length;
            }
        }
        catch (Exception damaged) when (damaged is FormatException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new GuestSetupException($"'{name}' is no capture that --pcap wrote, or is damaged", damaged);
        }
        return new CapturedRun(powerOn, frames);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static bool HasEntered(ReadOnlySpan<byte> body)
    {
        int options = PacketBody + Aligned(checked((int)Word(body, 12)));
        return FindOption(body[options..], PacketFlags) is [var flags, ..] && (flags & 3) == 1;
    }

    private static DateTime? PowerOnIn(ReadOnlySpan<byte> body)
    {
        string said = Encoding.UTF8.GetString(FindOption(body[SectionBody..], Comment));
        return said.StartsWith(PowerOnWord, StringComparison.Ordinal)
            ? DateTime.ParseExact(
                said[PowerOnWord.Length..], "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
            : null;
    }

    private static ReadOnlySpan<byte> FindOption(ReadOnlySpan<byte> options, ushort wanted)
    {
        for (int at = 0; at + 4 <= options.Length;)
        {
            ushort option = BinaryPrimitives.ReadUInt16LittleEndian(options[at..]);
            ushort length = BinaryPrimitives.ReadUInt16LittleEndian(options[(at + 2)..]);
            if (option == wanted)
                return options.Slice(at + 4, length);
            at += 4 + Aligned(length);
        }
        return [];
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

/// <summary>What a run with a network was given from outside.</summary>
/// <param name="PowerOn">What the machine's clock showed at power-on; null for what it always shows.</param>
/// <param name="Entered">The frames that entered, in the order of their times.</param>
internal sealed record CapturedRun(DateTime? PowerOn, IReadOnlyList<CapturedFrame> Entered);
