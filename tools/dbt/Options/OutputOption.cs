using System.CommandLine;
using Dbt.Runtime;
using Dbt.Tool.Running;

namespace Dbt.Tool.Options;

/// <summary>Options that name a file to be written.</summary>
internal static class OutputOption
{
    /// <summary>Makes sure that the file can be written; null where the option does not name one.</summary>
    /// <param name="option">The option.</param>
    /// <param name="options">What the user said.</param>
    /// <param name="others">Other files of the command, and what they are to it: none of them may be this one.</param>
    /// <exception cref="GuestSetupException">It cannot be written.</exception>
    public static OutputFile? Claim(
        this DeclaredOption<string?> option, ParseResult options,
        params IEnumerable<(string? Path, string What)> others) =>
        OutputFile.Claim(option.Name, option.In(options), others);

    /// <summary>
    /// Where a command prints what it says besides: standard output, unless one of its files is that.
    /// </summary>
    public static TextWriter Beside(params IEnumerable<OutputFile?> files) =>
        files.Any(file => file is { IsStandardOutput: true }) ? Console.Error : Console.Out;

    /// <summary>The option's file, as another of the command's files must not be it.</summary>
    public static (string? Path, string What) Written(this DeclaredOption<string?> option, ParseResult options) =>
        (option.In(options), $"what {option.Name} writes, too");
}
