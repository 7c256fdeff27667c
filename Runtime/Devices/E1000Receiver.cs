using System.Buffers.Binary;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Network;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The 82540EM's receiver: which frames are for it, and its ring of descriptors (manual, chapter 3.2).
/// </summary>
internal sealed class E1000Receiver
{
    private const uint Enable = 0x02, AllUnicast = 0x08, AllGroups = 0x10, Broadcast = 0x8000, LargeBuffers = 1u << 25,
        StripCheckSequence = 1u << 26;
    private const uint Done = 0x01, EndOfFrame = 0x02, IgnoreSums = 0x04;
    private const uint Received = 0x80, Overrun = 0x40, LowOnDescriptors = 0x10;
    private const uint AddressValid = 1u << 31;
    private const int Addresses = 16, DescriptorBytes = 16, CheckSequence = 4, ShortestFrame = 60, HeaderBytes = 14;

    private readonly IBusMemory _memory;
    private readonly EthernetPort _port;
    private readonly uint[] _groups;
    private readonly Action<uint> _raise;
    private readonly Register _control, _baseLow, _length, _head, _tail;
    private readonly Register[] _low = new Register[Addresses], _high = new Register[Addresses];

    /// <summary>Declares its registers.</summary>
    public E1000Receiver(
        RegisterBank registers, IBusMemory memory, EthernetPort port, uint[] groups, Action<uint> raise)
    {
        (_memory, _port, _groups, _raise) = (memory, port, groups, raise);
        _control = registers.Add(0x100, "RCTL", 4, written: _ => port.Offer());
        _baseLow = registers.Add(0x2800, "RDBAL", 4, mask: ~0xfu);
        // Beyond 4 GB there is nothing here.
        registers.Add(0x2804, "RDBAH", 4);
        _length = registers.Add(0x2808, "RDLEN", 4, mask: 0xf_ff80);
        _head = registers.Add(0x2810, "RDH", 4, mask: 0xffff);
        _tail = registers.Add(0x2818, "RDT", 4, mask: 0xffff, written: _ => port.Offer());
        for (int i = 0; i < Addresses; i++)
        {
            _low[i] = registers.Add(0x5400 + 8 * i, $"RAL{i}", 4);
            _high[i] = registers.Add(0x5404 + 8 * i, $"RAH{i}", 4, mask: 0x8003_ffff);
        }
        port.Accept = Accept;
    }

    /// <summary>Puts the card's address into the first place, as it is loaded from the EEPROM.</summary>
    public void SetAddress()
    {
        MacAddress own = _port.Address;
        _low[0].Value = own[0] | (uint)own[1] << 8 | (uint)own[2] << 16 | (uint)own[3] << 24;
        _high[0].Value = own[4] | (uint)own[5] << 8 | AddressValid;
    }

    private uint Descriptors => _length.Value / DescriptorBytes;

    private int BufferBytes
    {
        get
        {
            int size = (int)(_control.Value >> 16 & 3);
            return _control.Has(LargeBuffers) && size != 0 ? 32768 >> size : 2048 >> size;
        }
    }

    private bool Accept(ReadOnlyMemory<byte> frame)
    {
        if (!_control.Has(Enable) || Descriptors == 0 || !IsWanted(frame.Span))
            return true;
        Span<byte> whole = stackalloc byte[EthernetPort.LongestFrame + CheckSequence];
        whole.Clear();
        frame.Span.CopyTo(whole);
        int length = Math.Max(frame.Length, ShortestFrame) + (_control.Has(StripCheckSequence) ? 0 : CheckSequence);
        uint needed = (uint)((length + BufferBytes - 1) / BufferBytes);
        if (needed >= Descriptors)
        {
            _raise(Overrun);
            return true;
        }
        if (Available() < needed)
            return false;
        Store(whole[..length]);
        return true;
    }

    // From the head up to the tail, which is the guest's.
    private uint Available()
    {
        uint head = _head.Value % Descriptors, tail = _tail.Value % Descriptors;
        return (tail + Descriptors - head) % Descriptors;
    }

    private void Store(ReadOnlySpan<byte> whole)
    {
        Span<byte> descriptor = stackalloc byte[DescriptorBytes];
        while (whole.Length > 0)
        {
            uint head = _head.Value % Descriptors, address = _baseLow.Value + head * DescriptorBytes;
            if (!_memory.Read(address, descriptor))
                break;
            int length = Math.Min(whole.Length, BufferBytes);
            uint buffer = BinaryPrimitives.ReadUInt32LittleEndian(descriptor);
            // A buffer that is not memory swallows its part.
            if (BinaryPrimitives.ReadUInt32LittleEndian(descriptor[4..]) == 0)
                _memory.Write(buffer, whole[..length]);
            whole = whole[length..];
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[8..], (ushort)length);
            uint status = Done | IgnoreSums | (whole.Length == 0 ? EndOfFrame : 0);
            BinaryPrimitives.WriteUInt32LittleEndian(descriptor[12..], status);
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[10..], 0);
            _memory.Write(address, descriptor);
            _head.Value = (head + 1) % Descriptors;
        }
        bool isLow = Available() <= Descriptors >> (int)(_control.Value >> 8 & 3) + 1;
        _raise(Received | (isLow ? LowOnDescriptors : 0));
    }

    private bool IsWanted(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < HeaderBytes)
            return false;
        ReadOnlySpan<byte> to = frame[..MacAddress.Bytes];
        if (!to.ContainsAnyExcept((byte)0xff))
            return _control.Has(Broadcast) || _control.Has(AllGroups);
        bool isGroup = (to[0] & 1) != 0;
        if (_control.Has(isGroup ? AllGroups : AllUnicast))
            return true;
        uint low = BinaryPrimitives.ReadUInt32LittleEndian(to), high = BinaryPrimitives.ReadUInt16LittleEndian(to[4..]);
        for (int i = 0; i < Addresses; i++)
        {
            if (_high[i].Has(AddressValid) && _low[i].Value == low && (_high[i].Value & 0xffff) == high)
                return true;
        }
        return isGroup && IsInTable(high);
    }

    // Twelve bits of the last two bytes, which of them RCTL says (manual, "Multicast Table Array").
    private bool IsInTable(uint lastBytes)
    {
        int shift = (_control.Value >> 12 & 3) switch { 0 => 4, 1 => 3, 2 => 2, _ => 0 };
        uint hash = lastBytes >> shift & 0xfff;
        return (_groups[hash >> 5] >> (int)(hash & 31) & 1) != 0;
    }
}
