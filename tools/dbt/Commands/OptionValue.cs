using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Dbt.Tool.Commands;

/// <summary>Values of options, and what is said about one that is none.</summary>
internal static class OptionValue
{
    /// <summary>An option whose value is one of an enumeration's names; null where it is not given.</summary>
    public static Option<T?> Choice<T>(string name, string description) where T : struct, Enum => new(name)
    {
        Description = description,
        HelpName = string.Join('|', Names<T>()),
        CustomParser = argument => ParseName<T>(argument),
    };

    private static T ParseName<T>(ArgumentResult argument) where T : struct, Enum
    {
        string[] names = Names<T>();
        return Parse(argument, text => names.Contains(text) ? Enum.Parse<T>(text, ignoreCase: true) : (T?)null, $"{string.Join(", ", names[..^1])} or {names[^1]}");
    }

    /// <summary>Reads an address in hexadecimal, with or without 0x; null if it is none.</summary>
    public static uint? ParseAddress(string text)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint address) ? address : null;
    }

    /// <summary>Reads addresses in hexadecimal, separated by commas; an error names the option and what it takes.</summary>
    public static uint[] ParseAddresses(ArgumentResult argument, string expected)
    {
        List<uint> addresses = [];
        foreach (string text in argument.Tokens[0].Value.Split(','))
        {
            if (ParseAddress(text) is { } address)
                addresses.Add(address);
            else
                argument.AddError($"{NameOf(argument)} takes {expected} in hexadecimal separated by commas, not '{text}'");
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

    private static string NameOf(ArgumentResult argument) => argument.Parent is OptionResult option ? option.Option.Name : argument.Argument.Name;

    private static string[] Names<T>() where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
}
