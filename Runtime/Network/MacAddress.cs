using System.Globalization;

namespace Dbt.Runtime.Network;

/// <summary>The address of a card on an Ethernet: six bytes, the first in the high-order byte of 48 bits.</summary>
/// <param name="Value">The 48 bits.</param>
public readonly record struct MacAddress(ulong Value)
{
    /// <summary>How many bytes it has.</summary>
    public const int Bytes = 6;

    // What QEMU gives a machine's first card; its next ones count up.
    private const ulong FirstCard = 0x5254_0012_3456;

    private const ulong Group = 1UL << 40;

    /// <summary>The address of a machine's card that was given none.</summary>
    /// <param name="card">Which card, from 0.</param>
    public static MacAddress OfCard(int card) => new(FirstCard + (ulong)card);

    /// <summary>The address that lies so many behind this one.</summary>
    public MacAddress Behind(int count) => new(Value + (ulong)count);

    /// <summary>Reads <c>52:54:00:12:34:56</c>; null if it is no address of a single card.</summary>
    public static MacAddress? Parse(string text)
    {
        string[] parts = text.Split(':');
        ulong value = 0;
        foreach (string part in parts)
        {
            if (part.Length != 2
                || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte digits))
                return null;
            value = value << 8 | digits;
        }
        return parts.Length == Bytes && (value & Group) == 0 && value != 0 ? new MacAddress(value) : null;
    }

    /// <summary>One of its bytes, as they go over the cable.</summary>
    public byte this[int index] => (byte)(Value >> 8 * (Bytes - 1 - index));

    /// <inheritdoc/>
    public override string ToString() =>
        $"{this[0]:x2}:{this[1]:x2}:{this[2]:x2}:{this[3]:x2}:{this[4]:x2}:{this[5]:x2}";
}
