using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Network;
using Dbt.Runtime.Time;

namespace Dbt.TestRoms.Devices;

/// <summary>A PCnet on a bus of its own, with memory, and what a driver does to it.</summary>
internal sealed class PcnetBench
{
    public const uint Base = 0x1000, Block = 0x100, ReceiveRing = 0x1000, TransmitRing = 0x2000, Buffers = 0x8000;
    public const int Descriptors = 4, BufferBytes = 1536;
    public const uint Own = 0x8000;

    public static readonly MacAddress Address = MacAddress.OfCard(0);

    private readonly AddressSpace _ports = new("ports", uint.MaxValue), _pciMemory = new("memory", 0);

    public PcnetBench(uint style = 2)
    {
        Style = style;
        Port = new EthernetPort(Address);
        Port.Sent += frame => Sent.Add(frame.ToArray());
        Card = new Pcnet(Clock, "net-0", _ports, _pciMemory, Memory, Port);
        PciBus bus = new((_, _) => 0, (_, level) => Interrupt = level);
        bus.Attach(11, 0, Card.Function);
        Card.Function.Configuration.Write(0x10, 4, Base);
        Card.Function.Configuration.Write(0x14, 4, 0x1200_0000);
        Card.Function.Configuration.Write(0x04, 2, 7);
    }

    public Clock Clock { get; } = new();

    public BusMemory Memory { get; } = new(1 << 16);

    public EthernetPort Port { get; }

    public Pcnet Card { get; }

    public uint Style { get; }

    public bool Interrupt { get; private set; }

    public List<byte[]> Sent { get; } = [];

    public AddressSpace Ports => _ports;

    public AddressSpace PciMemory => _pciMemory;

    public uint Csr(int number)
    {
        _ports.Write(Base + 0x12, 2, (uint)number);
        return _ports.Read(Base + 0x10, 2);
    }

    public void Csr(int number, uint value)
    {
        _ports.Write(Base + 0x12, 2, (uint)number);
        _ports.Write(Base + 0x10, 2, value);
    }

    public uint Bcr(int number)
    {
        _ports.Write(Base + 0x12, 2, (uint)number);
        return _ports.Read(Base + 0x16, 2);
    }

    public void Bcr(int number, uint value)
    {
        _ports.Write(Base + 0x12, 2, (uint)number);
        _ports.Write(Base + 0x16, 2, value);
    }

    /// <summary>Gives the card rings of four descriptors, those for receiving with buffers, and starts it.</summary>
    public void Start(uint mode = 0, ulong filter = 0, int bufferBytes = BufferBytes, uint features = 0x1000)
    {
        Bcr(20, Style);
        Span<byte> block = Memory.Bytes.AsSpan((int)Block);
        int address = Style == 0 ? 2 : 4, filterAt = Style == 0 ? 8 : 12, rings = Style == 0 ? 16 : 20;
        BinaryPrimitives.WriteUInt16LittleEndian(block, (ushort)mode);
        (block[2], block[3]) = (2 << 4, 2 << 4);
        for (int i = 0; i < MacAddress.Bytes; i++)
            block[address + i] = Address[i];
        BinaryPrimitives.WriteUInt64LittleEndian(block[filterAt..], filter);
        uint length = Style == 0 ? 2u << 29 : 0;
        BinaryPrimitives.WriteUInt32LittleEndian(block[rings..], ReceiveRing | length);
        BinaryPrimitives.WriteUInt32LittleEndian(block[(rings + 4)..], TransmitRing | length);
        for (uint i = 0; i < Descriptors; i++)
        {
            Put(ReceiveRing, i, Own, BufferAt(i), bufferBytes);
            Put(TransmitRing, i, 0, BufferAt(i), 0);
        }
        Csr(1, Block);
        Csr(2, 0);
        Csr(4, features | 0x0115);
        Csr(0, 0x0001);
        Csr(0, 0x0142);
    }

    public static uint BufferAt(uint descriptor) => Buffers + descriptor * 0x1000;

    /// <summary>Puts a descriptor into a ring: its high-order half of status bits, and a buffer.</summary>
    public void Put(uint ring, uint index, uint status, uint buffer, int bytes)
    {
        Span<byte> at = Memory.Bytes.AsSpan((int)(ring + index * (Style == 0 ? 8u : 16u)));
        ushort count = (ushort)(0xf000 | -bytes & 0xfff);
        if (Style == 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(at, buffer & 0xff_ffff | (status & 0xff00) << 16);
            BinaryPrimitives.WriteUInt16LittleEndian(at[4..], count);
            return;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(Style == 3 ? at[8..] : at, buffer);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], status << 16 | count);
    }

    /// <summary>What the card has made of a descriptor: its status, and its length or errors.</summary>
    public (uint Status, uint Info) Get(uint ring, uint index)
    {
        ReadOnlySpan<byte> at = Memory.Bytes.AsSpan((int)(ring + index * (Style == 0 ? 8u : 16u)));
        return Style == 0
            ? ((uint)at[3] << 8, BinaryPrimitives.ReadUInt16LittleEndian(at[6..]))
            : (BinaryPrimitives.ReadUInt16LittleEndian(at[6..]), BinaryPrimitives.ReadUInt32LittleEndian(Style == 3 ? at : at[8..]));
    }

    /// <summary>Sends a frame in one piece, from the descriptor that is next.</summary>
    public void Send(uint index, ReadOnlySpan<byte> frame, uint status = Own | 0x0300)
    {
        frame.CopyTo(Memory.Bytes.AsSpan((int)BufferAt(index)));
        Put(TransmitRing, index, status, BufferAt(index), frame.Length);
        Csr(0, 0x0048);
    }

    public static byte[] Frame(MacAddress to, int length, byte fill = 0x5a)
    {
        byte[] frame = new byte[length];
        Array.Fill(frame, fill);
        for (int i = 0; i < MacAddress.Bytes; i++)
            frame[i] = to[i];
        (frame[12], frame[13]) = (0x08, 0x00);
        return frame;
    }

    public void Pass(long nanoseconds)
    {
        Clock.MoveTo(Clock.Now + nanoseconds);
        Clock.FireDue();
    }
}
