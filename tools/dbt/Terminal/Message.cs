using System.Globalization;
using System.Text;

namespace Dbt.Tool.Terminal;

/// <summary>
/// What dbt says of itself on standard error: a line, in which what it repeats from elsewhere neither commands the
/// terminal nor buries the rest.
/// </summary>
internal static class Message
{
    private const int LongestValue = 200, Longest = 2000;

    /// <summary>Says something.</summary>
    public static void Say(string text) => Console.Error.WriteLine(Of(text));

    /// <summary>The line.</summary>
    public static string Of(string text) => $"dbt: {Plain(text)}";

    /// <summary>
    /// A text as it may be shown: what is no character but a command is written out, and of a long value between
    /// quotation marks, or a long text, the beginning is left.
    /// </summary>
    public static string Plain(string text)
    {
        string[] parts = text.Split('\'');
        for (int i = 1; i < parts.Length - 1; i++)
            parts[i] = Beginning(parts[i], LongestValue);
        StringBuilder plain = new();
        foreach (Rune rune in Beginning(string.Join('\'', parts), Longest).EnumerateRunes())
        {
            if (IsCommand(rune))
                plain.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
            else
                plain.Append(rune);
        }
        return plain.ToString();
    }

    // Controls, and marks that turn the direction of what follows.
    private static bool IsCommand(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Beginning(string text, int most) => text.Length <= most ? text : $"{text[..most]}…";
}
