using System.Text.RegularExpressions;

namespace Dbt.Tool.Comparison;

/// <summary>The first line in which two outputs differ.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Left">What the one has there; null if it has ended.</param>
/// <param name="Right">What the other has there.</param>
internal sealed partial record OutputDifference(int Line, string? Left, string? Right)
{
    /// <summary>Finds it; null if there is none.</summary>
    public static OutputDifference? Between(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        for (int i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            string? one = i < left.Count ? left[i] : null, other = i < right.Count ? right[i] : null;
            if (one != other)
                return new OutputDifference(i + 1, one, other);
        }
        return null;
    }

    /// <summary>The lines that are not Linux's own messages: those carry times, and name the board's devices.</summary>
    public static IReadOnlyList<string> WithoutKernelMessages(IEnumerable<string> lines) =>
        [.. lines.Where(line => !KernelMessage().IsMatch(line))];

    /// <summary>The line that tells a person.</summary>
    public string Describe(string left, string right) =>
        $"the outputs of {left} and {right} differ in line {Line}: {Quote(Left)} and {Quote(Right)}";

    private static string Quote(string? line) => line is null ? "nothing" : $"'{line}'";

    [GeneratedRegex(@"^\[ *\d+\.\d{6}\] ")]
    private static partial Regex KernelMessage();
}
