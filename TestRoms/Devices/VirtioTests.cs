using System.Buffers.Binary;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Devices;

/// <summary>Virtio devices on PCI, by the specification (Virtio 1.2).</summary>
public sealed class VirtioTests : IDisposable
{
    private const uint Header = 0x2_0000, Data = 0x3_0000, Status = 0x2_1000;
    private const uint Read = 0, Write = 1, Flush = 4, Name = 8;
    private const int Sectors = 2048;
    private const byte Succeeded = 0, Failed = 1, Unsupported = 2;

    private static readonly Dictionary<string, Action<VirtioBench>> s_mistakes = new()
    {
        ["a head beyond the table"] = bench => bench.Give(0, VirtioBench.Descriptors),
        ["a chain that bites its tail"] = bench => { bench.Describe(0, 0, Data, 8, VirtioBench.Writable | VirtioBench.Next, 0); bench.Give(0, 0); },
        ["a next descriptor beyond the table"] = bench => { bench.Describe(0, 0, Data, 8, VirtioBench.Writable | VirtioBench.Next, 8); bench.Give(0, 0); },
        ["an address beyond the bus"] = bench => { bench.Describe(0, 0, 1UL << 32, 8, VirtioBench.Writable); bench.Give(0, 0); },
        ["a buffer that goes round"] = bench => { bench.Describe(0, 0, 0xffff_fff0, 32, VirtioBench.Writable); bench.Give(0, 0); },
        ["memory that is not there"] = bench => { bench.Describe(0, 0, 0x8000_0000, 8, VirtioBench.Writable); bench.Give(0, 0); },
        ["what is read behind what is written"] = bench => { bench.Describe(0, 0, Data, 8, VirtioBench.Writable | VirtioBench.Next, 1); bench.Describe(0, 1, Data, 8); bench.Give(0, 0); },
        ["a table in a table"] = bench => { bench.DescribeIn(0x4_0000, 0, Data, 16, VirtioBench.Indirect); bench.Describe(0, 0, 0x4_0000, 16, VirtioBench.Indirect); bench.Give(0, 0); },
        ["a table that is no whole number of descriptors"] = bench => { bench.Describe(0, 0, 0x4_0000, 17, VirtioBench.Indirect); bench.Give(0, 0); },
        ["an empty table"] = bench => { bench.Describe(0, 0, 0x4_0000, 0, VirtioBench.Indirect); bench.Give(0, 0); },
        ["a table and a next descriptor"] = bench => { bench.Describe(0, 0, 0x4_0000, 16, VirtioBench.Indirect | VirtioBench.Next); bench.Give(0, 0); },
        ["more than there can be"] = bench => { for (int i = 0; i <= VirtioBench.Descriptors; i++) bench.Give(0, 0, tells: false); bench.Tell(0); },
    };

    public static TheoryData<string> Mistakes => [.. s_mistakes.Keys];

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
    private readonly List<DriveMedium> _media = [];
    private readonly Clock _clock = new();

    public void Dispose()
    {
        _media.ForEach(medium => medium.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_transitional_function_says_by_capabilities_where_its_structures_are()
    {
        VirtioBench bench = new(new VirtioEntropy(false));
        RegisterBank configuration = bench.Device.Function.Configuration;
        List<(uint Kind, uint Bar, uint Offset)> structures = [];
        for (uint at = configuration.Read(0x34, 1); at != 0; at = configuration.Read(at + 1, 1))
        {
            Assert.Equal(0x09u, configuration.Read(at, 1));
            structures.Add((configuration.Read(at + 3, 1), configuration.Read(at + 4, 1), configuration.Read(at + 8, 4)));
        }

        Assert.Equal(0x1005_1af4u, configuration.Read(0, 4));
        Assert.Equal(0x0004_1af4u, configuration.Read(0x2c, 4));
        Assert.Equal([(1, 4, 0), (3, 4, 0x1000), (4, 4, 0x2000), (2, 4, 0x3000), (5, 0, 0)], structures.Select(one => ((int)one.Kind, (int)one.Bar, (int)one.Offset)));
    }

    [Fact]
    public void The_registers_are_seen_through_configuration_space_too()
    {
        VirtioBench bench = new(new VirtioEntropy(false));
        RegisterBank configuration = bench.Device.Function.Configuration;
        configuration.Write(0x88, 1, 4);
        configuration.Write(0x8c, 4, 0x14);
        configuration.Write(0x90, 4, 1);
        configuration.Write(0x94, 4, 3);

        Assert.Equal(3, bench.Status);
        Assert.Equal(3u, configuration.Read(0x94, 1));
        configuration.Write(0x8c, 4, 0xffff_fff0);
        Assert.Equal(0u, configuration.Read(0x94, 4));
    }

    [Fact]
    public void Features_that_were_not_offered_are_not_agreed_on_and_those_that_were_stay()
    {
        VirtioBench bench = new(new VirtioEntropy(false));
        bench.Set(0x00, 4, 0);
        Assert.Equal(0x3800_0000u, bench.Get(0x04, 4));
        bench.Set(0x00, 4, 1);
        Assert.Equal(1u, bench.Get(0x04, 4));

        bench.Start(VirtioBench.Version1 | 1UL << 5);
        Assert.Equal(0, bench.Status & 8);
        bench.Start();
        Assert.Equal(15, bench.Status);
        bench.Set(0x08, 4, 0);
        bench.Set(0x0c, 4, uint.MaxValue);
        Assert.Equal(0u, bench.Get(0x0c, 4));
        bench.Set(0x18, 2, 4);
        Assert.Equal(VirtioBench.Descriptors, bench.Get(0x18, 2));
        bench.Set(0x14, 1, 0);
        Assert.Equal((0u, 256u, 0u), (bench.Get(0x1c, 2), bench.Get(0x18, 2), bench.Get(0x20, 4)));
    }

    [Fact]
    public void Random_numbers_fill_what_the_driver_gives_and_are_the_same_in_every_run()
    {
        byte[] first = Numbers(), second = Numbers();

        Assert.Equal(first, second);
        Assert.Equal(0, first[100]);
        Assert.True(first.Take(100).Distinct().Count() > 50);

        static byte[] Numbers()
        {
            VirtioBench bench = new(new VirtioEntropy(false));
            bench.Start();
            ushort head = bench.Give(0, (Data, 33, true), (Data + 33, 67, true));
            Assert.Equal((head, 100u), bench.Used(0));
            Assert.True(bench.Interrupt);
            Assert.Equal(1u, bench.TakeCauses());
            Assert.False(bench.Interrupt);
            return bench.Memory.Bytes[(int)Data..(int)(Data + 101)];
        }
    }

    [Fact]
    public void The_driver_hears_of_what_it_wants_to_hear_of()
    {
        VirtioBench bench = new(new VirtioEntropy(false));
        bench.Start();
        bench.WantNoInterrupts(0);
        bench.Give(0, (Data, 8, true));
        Assert.Equal(0u, bench.TakeCauses());

        bench.Start(VirtioBench.Version1 | VirtioBench.EventFeature);
        bench.WantInterruptAfter(0, 1);
        bench.Give(0, (Data, 8, true));
        Assert.Equal(0u, bench.TakeCauses());
        Assert.Equal(1, bench.WantsNoticeAfter(0));
        bench.Give(0, (Data, 8, true));
        Assert.Equal(1u, bench.TakeCauses());
        Assert.Equal(2, bench.WantsNoticeAfter(0));
    }

    [Fact]
    public void A_chain_may_go_on_in_a_table_of_its_own()
    {
        VirtioBench bench = new(new VirtioEntropy(false));
        bench.Start(VirtioBench.Version1 | VirtioBench.IndirectFeature);
        for (int i = 0; i < 7; i++)
            bench.DescribeIn(0x4_0000, i, Data + 16 * (uint)i, 16, (ushort)(VirtioBench.Writable | (i < 6 ? VirtioBench.Next : 0)), (ushort)(i + 1));
        bench.Describe(0, 3, Data + 0x1000, 16, VirtioBench.Writable | VirtioBench.Next, 5);
        bench.Describe(0, 5, 0x4_0000, 7 * 16, VirtioBench.Indirect);
        bench.Give(0, 3);

        Assert.Equal((3u, 128u), bench.Used(0));
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void What_does_not_hold_breaks_the_device_until_it_is_reset(string mistake)
    {
        VirtioBench bench = new(new VirtioEntropy(false));
        bench.Start(VirtioBench.Version1 | VirtioBench.IndirectFeature);
        s_mistakes[mistake](bench);

        Assert.True((bench.Status & VirtioBench.NeedsReset) != 0, mistake);
        Assert.Equal(2u, bench.TakeCauses());
        Assert.Equal(0, bench.UsedIndex(0));
        bench.Start();
        Assert.Equal(15, bench.Status);
        bench.Give(0, (Data, 8, true));
        Assert.Equal((0u, 8u), bench.Used(0));
    }

    [Fact]
    public void Rings_where_no_memory_is_break_it()
    {
        VirtioBench bench = new(new VirtioEntropy(false));
        bench.Start();
        foreach (uint register in (uint[])[0x24, 0x2c, 0x34])
        {
            bench.Set(0x14, 1, 0);
            bench.Set(0x08, 4, 1);
            bench.Set(0x0c, 4, 1);
            bench.Set(0x20, 4, 0x1_0000);
            bench.Set(0x28, 4, 0x1_0400);
            bench.Set(0x30, 4, 0x1_0800);
            bench.Set(register, 4, 1);
            bench.Set(0x1c, 2, 1);
            bench.Set(0x14, 1, 15);
            bench.Give(0, (Data, 8, true));
            Assert.Equal(15 | VirtioBench.NeedsReset, bench.Status);
        }
    }

    [Fact]
    public void A_disk_reads_and_writes_in_time_of_the_machine_s()
    {
        VirtioBench bench = Disk();
        bench.Start(VirtioBench.Version1 | 1 << 9);
        Request(bench, Read, 3, (Data, 700, true), (Data + 700, 324, true));
        Assert.Null(bench.Used(0));
        Assert.Equal(5_000 + 1024, _clock.NextDue);
        Wait();
        Assert.Equal((0u, 1025u), bench.Used(0));
        Assert.Equal(1u, bench.TakeCauses());
        Assert.Equal([.. IdeBench.Sector(3), .. IdeBench.Sector(4)], bench.Memory.Bytes[(int)Data..(int)(Data + 1024)]);

        Request(bench, Write, 100, (Data, 512, false));
        Request(bench, Flush, 0);
        Wait();
        Assert.Equal(1u, bench.Used(0)!.Value.Written);
        Assert.Equal(1u, bench.Used(0)!.Value.Written);
        Assert.Equal(Succeeded, bench.Memory.Bytes[(int)Status]);
        Assert.Equal(IdeBench.Sector(3), OnDisk()[(100 * 512)..(101 * 512)]);
    }

    [Fact]
    public void A_request_is_as_long_as_one_likes()
    {
        VirtioBench bench = Disk();
        bench.Start();
        Request(bench, Read, 0, (0x4_0000, 600 << 10, true));
        Wait();

        Assert.Equal((0u, (600u << 10) + 1), bench.Used(0));
        Assert.Equal(Enumerable.Range(0, 1200).SelectMany(IdeBench.Sector), bench.Memory.Bytes[0x4_0000..(0x4_0000 + (600 << 10))]);
    }

    [Theory]
    [InlineData(Read, Sectors, 512u, Failed)]
    [InlineData(Read, Sectors - 1, 1024u, Failed)]
    [InlineData(Read, 0L, 500u, Failed)]
    [InlineData(Write, -1L, 512u, Failed)]
    [InlineData(Read, 0L, 0u, Succeeded)]
    [InlineData(77u, 0L, 512u, Unsupported)]
    [InlineData(Write, 0L, 512u, Failed, true)]
    public void What_a_disk_cannot_do_it_says(uint type, long sector, uint bytes, byte expected, bool isReadOnly = false)
    {
        VirtioBench bench = Disk(isReadOnly);
        bench.Start();
        Request(bench, type, sector, (Data, bytes, type != Write));
        Wait();

        Assert.Equal(1u, bench.Used(0)!.Value.Written);
        Assert.Equal(expected, bench.Memory.Bytes[(int)Status]);
        Assert.Equal(15, bench.Status);
    }

    [Fact]
    public void A_disk_has_a_size_a_name_and_no_room_for_a_header_that_is_none()
    {
        VirtioBench bench = Disk(isReadOnly: true);
        Assert.Equal((uint)Sectors, bench.MemorySpace.Read(VirtioBench.Own, 4));
        Assert.Equal(512u, bench.MemorySpace.Read(VirtioBench.Own + 20, 4));
        Assert.Equal(0x3800_0000u | 1 << 2 | 1 << 5 | 1 << 6 | 1 << 9, bench.Get(0x04, 4));
        bench.Start();
        Request(bench, Name, 0, (Data, 20, true));
        Assert.Equal("DBT-0", System.Text.Encoding.ASCII.GetString(bench.Memory.Bytes, (int)Data, 5));
        bench.Give(0, (Header, 15, false), (Status, 1, true));
        Assert.Equal(15 | VirtioBench.NeedsReset, bench.Status);
    }

    [Fact]
    public void A_reset_ends_what_a_disk_was_at()
    {
        VirtioBench bench = Disk();
        bench.Start();
        Request(bench, Read, 0, (Data, 64 << 10, true));
        bench.Start();
        Assert.Equal(long.MaxValue, _clock.NextDue);
        Request(bench, Read, 1, (Data, 512, true));
        Wait();
        Assert.Equal((0u, 513u), bench.Used(0));
        Assert.Null(bench.Used(0));
    }

    [Theory]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void A_legacy_driver_has_ports_and_the_processor_s_byte_order(ByteOrder order)
    {
        VirtioBench bench = Disk(order: order);
        const uint page = 0x5_0000, used = page + 0x2000;
        Assert.Equal(0x3800_0000u | 1 << 2 | 1 << 6 | 1 << 9, Port(0, 4));
        bench.PortSpace.Write(VirtioBench.Ports + 0x12, 1, 3);
        bench.PortSpace.Write(VirtioBench.Ports + 0x04, 4, 1 << 9);
        Assert.Equal(256u, Port(0x0c, 2));
        bench.PortSpace.Write(VirtioBench.Ports + 0x08, 4, page >> 12);
        bench.PortSpace.Write(VirtioBench.Ports + 0x12, 1, 7);
        byte[] capacity = [.. Enumerable.Range(0, 8).Select(i => (byte)Port(0x14 + (uint)i, 1))];
        Assert.Equal((ulong)Sectors, order.Double(capacity));

        Span<byte> memory = bench.Memory.Bytes;
        order.WriteWord(memory[(int)Header..], Read);
        order.WriteDouble(memory[((int)Header + 8)..], 9);
        ReadOnlySpan<(uint Address, uint Length, ushort Flags)> chain =
            [(Header, 16, VirtioBench.Next), (Data, 512, VirtioBench.Next | VirtioBench.Writable), (Status, 1, VirtioBench.Writable)];
        for (int i = 0; i < chain.Length; i++)
        {
            Span<byte> descriptor = memory[((int)page + 16 * i)..];
            order.WriteDouble(descriptor, chain[i].Address);
            order.WriteWord(descriptor[8..], chain[i].Length);
            order.WriteHalf(descriptor[12..], chain[i].Flags);
            order.WriteHalf(descriptor[14..], (ushort)(i + 1));
        }
        order.WriteHalf(memory[((int)page + 0x1002)..], 1);
        bench.PortSpace.Write(VirtioBench.Ports + 0x10, 2, 0);
        Wait();

        Assert.Equal((1, 0u, 513u), (order.Half(memory[((int)used + 2)..]), order.Word(memory[((int)used + 4)..]), order.Word(memory[((int)used + 8)..])));
        Assert.Equal(IdeBench.Sector(9), memory.Slice((int)Data, 512).ToArray());
        Assert.Equal(1u, Port(0x13, 1));
        Assert.False(bench.Interrupt);

        uint Port(uint offset, int bytes) => bench.PortSpace.Read(VirtioBench.Ports + offset, bytes);
    }

    [Fact]
    public void A_card_sends_and_receives_frames_behind_a_header()
    {
        EthernetPort port = new(MacAddress.OfCard(0));
        List<byte[]> sent = [];
        port.Sent += frame => sent.Add(frame.ToArray());
        VirtioBench bench = new(new VirtioNet(port));
        bench.Start(VirtioBench.Version1 | 1 << 5 | 1 << 16, queues: 2);
        Assert.Equal(0x1200_5452u, bench.MemorySpace.Read(VirtioBench.Own, 4));
        Assert.Equal(1u, bench.MemorySpace.Read(VirtioBench.Own + 6, 2));

        byte[] frame = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        frame.CopyTo(bench.Memory.Bytes, (int)Data);
        bench.Give(1, (Header, 12, false), (Data, 100, false));
        Assert.Equal(frame, Assert.Single(sent));
        Assert.Equal((0u, 0u), bench.Used(1));

        port.Receive(frame);
        Assert.True(port.IsWaiting);
        bench.Give(0, (0x4_0000, 2000, true));
        Assert.False(port.IsWaiting);
        Assert.Equal((0u, 112u), bench.Used(0));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, .. frame], bench.Memory.Bytes[0x4_0000..0x4_0070]);

        bench.TakeCauses();
        port.LinkUp = false;
        Assert.Equal(2u, bench.TakeCauses());
        Assert.Equal(0u, bench.MemorySpace.Read(VirtioBench.Own + 6, 2));
        Assert.Equal(1u, bench.Get(0x15, 1));
    }

    [Fact]
    public void A_card_makes_check_sums_and_cuts_TCP_into_segments()
    {
        EthernetPort port = new(MacAddress.OfCard(0));
        List<byte[]> sent = [];
        port.Sent += frame => sent.Add(frame.ToArray());
        VirtioBench bench = new(new VirtioNet(port));
        bench.Start(VirtioBench.Version1 | 1 | 1 << 11, queues: 2);
        byte[] whole = TcpFrame(2500);
        whole.CopyTo(bench.Memory.Bytes, (int)Data);
        Span<byte> header = bench.Memory.Bytes.AsSpan((int)Header);
        (header[0], header[1]) = (1, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], 54);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 1000);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 34);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], 16);
        bench.Give(1, (Header, 12, false), (Data, (uint)whole.Length, false));

        Assert.Equal([1054, 1054, 554], sent.Select(frame => frame.Length));
        Assert.All(sent, frame => Assert.Equal((0xffff, 0xffff), (Sum(frame.AsSpan(14, 20)), Sum(frame.AsSpan(34)) is var sum ? Fold(sum + PseudoSum(frame)) : 0)));
        Assert.Equal(whole[54..], sent.SelectMany(frame => frame[54..]));
        Assert.Equal([1000u, 2000u, 3000u], sent.Select(frame => BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(38))));
        Assert.Equal([0x10, 0x10, 0x18], sent.Select(frame => (int)frame[47]));
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(14, 1000)]
    [InlineData(34, 0)]
    [InlineData(2000, 1000)]
    [InlineData(65535, 1000)]
    public void Nonsense_in_a_frame_s_header_is_a_frame_less(int first, int most)
    {
        EthernetPort port = new(MacAddress.OfCard(0));
        VirtioBench bench = new(new VirtioNet(port));
        bench.Start(VirtioBench.Version1 | 1 | 1 << 11, queues: 2);
        TcpFrame(2000).CopyTo(bench.Memory.Bytes, (int)Data);
        Span<byte> header = bench.Memory.Bytes.AsSpan((int)Header);
        for (byte kind = 0; kind < 6; kind++)
        {
            (header[0], header[1]) = (1, kind);
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)most);
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)first);
            BinaryPrimitives.WriteUInt16LittleEndian(header[8..], 16);
            bench.Give(1, (Header, 12, false), (Data, 2054, false));
            Assert.NotNull(bench.Used(1));
        }
        Assert.Equal(15, bench.Status);
        bench.Give(1, (Header, 11, false));
        Assert.Equal(15 | VirtioBench.NeedsReset, bench.Status);
    }

    [Fact]
    public void A_buffer_that_no_frame_fits_into_is_a_driver_s_mistake()
    {
        EthernetPort port = new(MacAddress.OfCard(0));
        VirtioBench bench = new(new VirtioNet(port));
        bench.Start(queues: 2);
        bench.Give(0, (Data, 50, true));
        port.Receive(new byte[60]);
        Assert.Equal(15 | VirtioBench.NeedsReset, bench.Status);
    }

    [Fact]
    public void A_console_carries_bytes_both_ways_and_keeps_what_nobody_takes()
    {
        VirtioConsole console = new();
        List<byte> said = [];
        int taken = 0;
        console.Transmitted += said.Add;
        console.Received += () => taken++;
        VirtioBench bench = new(console);
        console.Receive((byte)'a');
        bench.Start(queues: 2);
        "hello"u8.CopyTo(bench.Memory.Bytes.AsSpan((int)Data));
        bench.Give(1, (Data, 2, false), (Data + 2, 3, false));
        Assert.Equal("hello"u8.ToArray(), said);

        Assert.Equal(0, taken);
        bench.Give(0, (Header, 1, true));
        bench.Give(0, (Header + 1, 16, true));
        console.Receive((byte)'b');
        Assert.Equal(2, taken);
        Assert.Equal((0u, 1u), bench.Used(0));
        Assert.Equal((1u, 1u), bench.Used(0));
        Assert.Equal("ab"u8.ToArray(), bench.Memory.Bytes[(int)Header..((int)Header + 2)]);
    }

    private VirtioBench Disk(bool isReadOnly = false, ByteOrder order = ByteOrder.Little)
    {
        string file = Path.Combine(_folder, "disk.img");
        File.WriteAllBytes(file, [.. Enumerable.Range(0, Sectors).SelectMany(IdeBench.Sector)]);
        DriveMedium medium = new(new DriveConfiguration(0, file) { IsVirtio = true, IsReadOnly = isReadOnly });
        _media.Add(medium);
        return new VirtioBench(new VirtioBlock("disk-0", medium, (_clock, false)), order);
    }

    private byte[] OnDisk()
    {
        _media.ForEach(medium => medium.Dispose());
        _media.Clear();
        return File.ReadAllBytes(Path.Combine(_folder, "disk.img"));
    }

    private void Wait()
    {
        while (_clock.NextDue != long.MaxValue)
            _clock.RunTo(_clock.NextDue);
    }

    private static void Request(VirtioBench bench, uint type, long sector, params (uint Address, uint Length, bool IsWritable)[] data)
    {
        Span<byte> header = bench.Memory.Bytes.AsSpan((int)Header);
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], sector);
        bench.Memory.Bytes[(int)Status] = byte.MaxValue;
        bench.Give(0, [(Header, 16, false), .. data, (Status, 1, true)]);
    }

    // Ethernet, IP and TCP, with what a driver puts in the place of TCP's sum.
    private static byte[] TcpFrame(int payload)
    {
        byte[] frame = new byte[54 + payload];
        frame[12] = 0x08;
        Span<byte> ip = frame.AsSpan(14), tcp = frame.AsSpan(34);
        (ip[0], ip[8], ip[9]) = (0x45, 64, 6);
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(40 + payload));
        BinaryPrimitives.WriteUInt64BigEndian(ip[12..], 0x0a00_020f_0a00_0202);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], 1000);
        (tcp[12], tcp[13]) = (0x50, 0x18);
        for (int i = 54; i < frame.Length; i++)
            frame[i] = (byte)(i * 7);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], (ushort)PseudoSum(frame));
        return frame;
    }

    private static int PseudoSum(ReadOnlySpan<byte> frame) => Fold(Sum(frame.Slice(26, 8)) + 6 + frame.Length - 34);

    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
            sum = Fold(sum + (bytes[i] << 8) + (i + 1 < bytes.Length ? bytes[i + 1] : 0));
        return sum;
    }

    private static int Fold(int sum) => sum > 0xffff ? (sum & 0xffff) + (sum >> 16) : sum;
}
