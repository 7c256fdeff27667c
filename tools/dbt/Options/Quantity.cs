using System.Globalization;

namespace Dbt.Tool.Options;

/// <summary>Numbers as people type them: <c>10M</c>, <c>1G</c>, <c>1e9</c>, <c>512</c>.</summary>
internal static class Quantity
{
    /// <summary>The least and the most memory a machine can have, in bytes.</summary>
    public const ulong LeastMemory = 16UL << 20, MostMemory = 2UL << 30;

    /// <summary>
    /// Reads a count; K, M, G and T are powers of a thousand. Null when it is not a positive whole number.
    /// </summary>
    public static long? ParseCount(string text)
    {
        (string digits, int power) = SplitSuffix(text);
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(digits, style, CultureInfo.InvariantCulture, out decimal number))
            return null;
        if (number > long.MaxValue)
            return null;
        for (; power > 0; power--)
        {
            number *= 1000;
            if (number > long.MaxValue)
                return null;
        }
        return number >= 1 && number == decimal.Truncate(number) ? (long)number : null;
    }

    /// <summary>
    /// Reads a memory size in megabytes, or with an M or G; returns bytes, null when it is not a size a machine can
    /// have.
    /// </summary>
    public static ulong? ParseMemory(string text)
    {
        (string digits, int power) = SplitSuffix(text);
        int shift = power switch { 0 or 2 => 20, 3 => 30, _ => -1 };
        if (shift < 0 || !uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            return null;
        ulong bytes = (ulong)number << shift;
        return bytes is >= LeastMemory and <= MostMemory ? bytes : null;
    }

    /// <summary>Writes a memory size as <see cref="ParseMemory"/> reads it.</summary>
    public static string FormatMemory(ulong bytes) => $"{bytes >> 20}M";

    private static (string Digits, int Power) SplitSuffix(string text)
    {
        int power = text.Length == 0 ? -1 : "KMGT".IndexOf(char.ToUpperInvariant(text[^1]));
        return power < 0 ? (text, 0) : (text[..^1], power + 1);
    }
}
