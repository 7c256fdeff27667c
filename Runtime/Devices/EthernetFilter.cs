namespace Dbt.Runtime.Devices;

/// <summary>How cards find a group's address in a table of bits.</summary>
internal static class EthernetFilter
{
    private const uint Polynomial = 0xedb8_8320;

    /// <summary>The six high-order bits of an address's check sequence (IEEE 802.3, 3.2.9), not inverted.</summary>
    public static uint HashOf(ReadOnlySpan<byte> address)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in address)
        {
            sum ^= value;
            for (int bit = 0; bit < 8; bit++)
                sum = sum >> 1 ^ ((sum & 1) != 0 ? Polynomial : 0);
        }
        return sum >> 26;
    }
}
