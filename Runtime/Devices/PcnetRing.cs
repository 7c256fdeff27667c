using Dbt.Runtime.Bus;

namespace Dbt.Runtime.Devices;

/// <summary>
/// One of the PCnet's two rings of descriptors: where it is, how long, and which descriptor is next. It keeps nothing
/// itself: that is all in registers, as the data sheet has it.
/// </summary>
/// <param name="memory">RAM, as far as the guest lets the card at it.</param>
/// <param name="low">Base address, bits 15 to 0: CSR24 or CSR30.</param>
/// <param name="high">Base address, bits 31 to 16: CSR25 or CSR31.</param>
/// <param name="length">How long it is, in two's complement: CSR76 or CSR78.</param>
/// <param name="left">How many descriptors are left of this round, likewise: CSR72 or CSR74.</param>
/// <param name="format">The software style, and what one with addresses of 24 bits has above them.</param>
internal sealed class PcnetRing(
    IBusMemory memory, Register low, Register high, Register length, Register left,
    Func<(uint Style, uint HighAddress)> format)
{
    private const uint Modulus = 0x10000;

    /// <summary>How many descriptors it has.</summary>
    public uint Length => Modulus - length.Value;

    /// <summary>Puts it somewhere, with its first descriptor next.</summary>
    public void Begin(uint address, uint descriptors)
    {
        (low.Value, high.Value) = (address & 0xffff, address >> 16);
        length.Value = left.Value = Modulus - descriptors & 0xffff;
    }

    /// <summary>Reads a descriptor.</summary>
    /// <param name="ahead">Which, from the next one on.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <returns>Whether there is memory.</returns>
    public bool TryRead(uint ahead, out PcnetDescriptor descriptor)
    {
        (uint style, uint highAddress) = format();
        Span<byte> bytes = stackalloc byte[PcnetDescriptor.MostBytes];
        bytes = bytes[..PcnetDescriptor.SizeOf(style)];
        bool read = memory.Read(AddressOf(ahead, style), bytes);
        descriptor = read ? PcnetDescriptor.Of(bytes, style, highAddress) : default;
        return read;
    }

    /// <summary>Gives a descriptor back to the guest.</summary>
    /// <param name="ahead">Which, from the next one on.</param>
    /// <param name="status">What the card says of it.</param>
    /// <param name="info">The rest of that.</param>
    /// <returns>Whether there is memory.</returns>
    public bool TryGive(uint ahead, uint status, uint info)
    {
        uint style = format().Style, address = AddressOf(ahead, style);
        Span<byte> bytes = stackalloc byte[PcnetDescriptor.MostBytes];
        bytes = bytes[..PcnetDescriptor.SizeOf(style)];
        if (!memory.Read(address, bytes))
            return false;
        PcnetDescriptor.Give(bytes, style, status, info);
        return memory.Write(address, bytes);
    }

    /// <summary>Goes on by some descriptors.</summary>
    public void Advance(uint descriptors) => left.Value = Modulus - (Length - IndexOf(descriptors)) & 0xffff;

    private uint AddressOf(uint ahead, uint style) =>
        (high.Value << 16 | low.Value) + IndexOf(ahead) * (uint)PcnetDescriptor.SizeOf(style);

    private uint IndexOf(uint ahead) => ((left.Value - length.Value & 0xffff) + ahead) % Length;
}
