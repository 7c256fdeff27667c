using System.CommandLine.Parsing;
using System.Globalization;

namespace Dbt.Tool.Options;

/// <summary>Values of options: how they are read and written, and what is said about one that is none.</summary>
internal static class OptionValue
{
    /// <summary>The names of an enumeration's values as they are typed, for help.</summary>
    public static string Choices<T>() where T : struct, Enum => string.Join('|', Names<T>());

    /// <summary>Reads one of an enumeration's names.</summary>
    public static T Choice<T>(ArgumentResult argument) where T : struct, Enum
    {
        string[] names = Names<T>();
        string expected = $"{string.Join(", ", names[..^1])} or {names[^1]}";
        return Parse(
            argument, text => names.Contains(text) ? Enum.Parse<T>(text, ignoreCase: true) : (T?)null, expected);
    }

    /// <summary>
    /// Reads a whole number from 1 to <paramref name="most"/>; an error names the option and what it takes.
    /// </summary>
    public static Func<ArgumentResult, int> Count(int most, string expected) =>
        argument =>
            Parse(argument, text => Quantity.ParseCount(text) is { } count && count <= most
                ? (int)count
                : (int?)null, expected);

    /// <summary>Reads an address in hexadecimal, with or without 0x; null if it is none.</summary>
    public static uint? ParseAddress(string text)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint address)
            ? address
            : null;
    }

    /// <summary>
    /// Reads addresses in hexadecimal, separated by commas; an error names the option and what it takes.
    /// </summary>
    public static uint[] ParseAddresses(ArgumentResult argument, string expected)
    {
        List<uint> addresses = [];
        foreach (string text in argument.Tokens[0].Value.Split(','))
        {
            if (ParseAddress(text) is { } address)
                addresses.Add(address);
            else
                argument.AddError(
                    $"{NameOf(argument)} takes {expected} in hexadecimal separated by commas, not '{text}'");
        }
        return [.. addresses];
    }

    /// <summary>Reads a value; an error names the option and what it takes.</summary>
    public static T Parse<T>(ArgumentResult argument, Func<string, T?> parse, string expected) where T : struct
    {
        string text = argument.Tokens[0].Value;
        if (parse(text) is { } value)
            return value;
        argument.AddError($"{NameOf(argument)} takes {expected}, not '{text}'");
        return default;
    }

    /// <summary>Writes a value as one would type it; null for one that is as good as not given.</summary>
    public static string? Format<T>(T value) => value switch
    {
        null or false or Array => null,
        Enum => value.ToString()!.ToLowerInvariant(),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static string NameOf(ArgumentResult argument) =>
        argument.Parent is OptionResult option ? option.Option.Name : argument.Argument.Name;

    private static string[] Names<T>() where T
        : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
}
