using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.TestRoms.Devices;

/// <summary>An IDE controller on a bench: a disk and a CD-ROM of which each sector holds its number, memory, and somebody who turns its registers.</summary>
internal sealed class IdeBench : IDisposable
{
    public const int Sectors = 4096, Blocks = 256, MemoryBytes = 1 << 20;
    public const byte Ready = 0x50, Wants = 0x58, Failed = 0x51, Busy = 0x80;

    private const uint BusMasterPorts = 0x1060;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
    private readonly List<DriveMedium> _media = [];
    private readonly AddressSpace _ports = new("ports", unmapped: uint.MaxValue);

    public IdeBench(Func<DriveConfiguration, DriveConfiguration>? change = null)
    {
        string disk = Path.Combine(_folder, "disk.img"), cdrom = Path.Combine(_folder, "cdrom.iso");
        File.WriteAllBytes(disk, [.. Enumerable.Range(0, Sectors).SelectMany(Sector)]);
        File.WriteAllBytes(cdrom, [.. Enumerable.Range(0, Blocks).SelectMany(block => Enumerable.Repeat((byte)(block + 1), 2048))]);
        DriveConfiguration first = new(0, disk);
        _media.Add(new DriveMedium(change?.Invoke(first) ?? first));
        _media.Add(new DriveMedium(new DriveConfiguration(2, cdrom) { IsCdrom = true }));
        InterruptLine[] lines = [new(level => Lines[0] = level), new(level => Lines[1] = level)];
        Ide = new Piix4Ide((Clock, false), _ports, Memory, _media, lines);
        Ide.Function.Configuration.Write(0x20, 4, BusMasterPorts);
        Ide.Function.Configuration.Write(0x04, 2, 5);
    }

    public Clock Clock { get; } = new();

    public BusMemory Memory { get; } = new(MemoryBytes);

    public Piix4Ide Ide { get; }

    public bool[] Lines { get; } = new bool[2];

    /// <summary>Which channel is turned: 0 has the disk as its master, 1 the CD-ROM drive.</summary>
    public int Channel { get; set; }

    /// <summary>What the file holds in the end.</summary>
    public byte[] OnDisk
    {
        get
        {
            Close();
            return File.ReadAllBytes(Path.Combine(_folder, "disk.img"));
        }
    }

    public static byte[] Sector(int number)
    {
        byte[] sector = new byte[512];
        for (int i = 0; i < sector.Length; i += 4)
            BinaryPrimitives.WriteInt32LittleEndian(sector.AsSpan(i), number << 8 | i / 4);
        return sector;
    }

    public byte In(int register) => (byte)Ide.CommandPorts(Channel).Read((uint)register, 1);

    public void Out(int register, int value) => Ide.CommandPorts(Channel).Write((uint)register, 1, (uint)value);

    /// <summary>The status, without an effect on the interrupt.</summary>
    public byte Status => (byte)Ide.ControlPort(Channel).Read(0, 1);

    public void Control(int value) => Ide.ControlPort(Channel).Write(0, 1, (uint)value);

    /// <summary>A command with a 28-bit address.</summary>
    public void Command(int command, int lba = 0, int count = 1, int features = 0)
    {
        Out(1, features);
        Out(2, count);
        Out(3, lba);
        Out(4, lba >> 8);
        Out(5, lba >> 16);
        Out(6, 0x40 | lba >> 24 & 0x0f);
        Out(7, command);
    }

    /// <summary>A command with a 48-bit address.</summary>
    public void CommandExt(int command, long lba, int count)
    {
        Out(2, count >> 8);
        Out(2, count);
        for (int register = 3; register < 6; register++)
        {
            Out(register, (int)(lba >> 8 * (register - 3 + 3)));
            Out(register, (int)(lba >> 8 * (register - 3)));
        }
        Out(6, 0x40);
        Out(7, command);
    }

    /// <summary>Lets time pass until nothing is due.</summary>
    public void Wait()
    {
        while (Clock.NextDue != long.MaxValue)
            Clock.RunTo(Clock.NextDue);
    }

    /// <summary>Lets time pass to the next event.</summary>
    public void Step() => Clock.RunTo(Clock.NextDue);

    public byte[] ReadData(int bytes)
    {
        byte[] data = new byte[bytes];
        for (int i = 0; i < bytes; i += 2)
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(i), (ushort)Ide.CommandPorts(Channel).Read(0, 2));
        return data;
    }

    public void WriteData(ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length; i += 2)
            Ide.CommandPorts(Channel).Write(0, 2, BinaryPrimitives.ReadUInt16LittleEndian(data[i..]));
    }

    public uint InMaster(uint register, int bytes = 1) => _ports.Read(BusMasterPorts + (uint)Channel * 8 + register, bytes);

    public void OutMaster(uint register, uint value, int bytes = 1) => _ports.Write(BusMasterPorts + (uint)Channel * 8 + register, bytes, value);

    /// <summary>Writes a table of regions at 64 KB and points the bus master there.</summary>
    public void Regions(params (uint Address, int Bytes)[] regions)
    {
        const uint table = 0x1_0000;
        for (int i = 0; i < regions.Length; i++)
        {
            uint length = (uint)regions[i].Bytes & 0xffff | (i == regions.Length - 1 ? 0x8000_0000 : 0);
            BinaryPrimitives.WriteUInt32LittleEndian(Memory.Bytes.AsSpan((int)table + 8 * i), regions[i].Address);
            BinaryPrimitives.WriteUInt32LittleEndian(Memory.Bytes.AsSpan((int)table + 8 * i + 4), length);
        }
        OutMaster(4, table, 4);
    }

    /// <summary>Sends a packet and fetches what is answered by PIO; null where the drive refuses.</summary>
    public byte[]? Packet(params byte[] packet)
    {
        Out(1, 0);
        Out(4, 0xfe);
        Out(5, 0xff);
        Out(7, 0xa0);
        WriteData([.. packet, .. new byte[12 - packet.Length]]);
        List<byte> answer = [];
        while (true)
        {
            Wait();
            byte status = In(7);
            if ((status & 1) != 0)
                return null;
            if ((status & 8) == 0)
                return [.. answer];
            int bytes = In(4) | In(5) << 8;
            answer.AddRange(ReadData(bytes + 1 & ~1)[..bytes]);
        }
    }

    public void Dispose()
    {
        Close();
        Directory.Delete(_folder, recursive: true);
    }

    private void Close()
    {
        foreach (DriveMedium medium in _media)
            medium.Dispose();
        _media.Clear();
    }
}
