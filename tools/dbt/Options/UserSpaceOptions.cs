using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Tool.Guests;

namespace Dbt.Tool.Options;

/// <summary>The options about what runs on the guest's kernel, where dbt makes the initial ramdisk.</summary>
internal static class UserSpaceOptions
{
    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("The guest's user space");

    /// <summary><c>--exec</c>.</summary>
    public static readonly DeclaredOption<string?> Exec = new(
        Group, "--exec", "CMD",
        $"{GuestCatalog.NamesOf("--exec")}: run this shell command in place of a shell, print its output and exit with its status.");

    /// <summary><c>--packages</c>.</summary>
    public static readonly DeclaredOption<string[]> Packages = new(
        Group, "--packages", "LIST",
        "debian only: add these packages, and what they depend on, to the guest's files (NAME,NAME,...).")
    {
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = ParsePackages,
        Default = [],
    };

    /// <summary><c>--file</c>.</summary>
    public static readonly DeclaredOption<AddedFile[]> Files = new(
        Group, "--file", "HOST:GUEST",
        $"{GuestCatalog.NamesOf("--file")}: put a file of this machine into the guest, mode and all. May be repeated.")
    {
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = ParseFiles,
        Default = [],
    };

    private static AddedFile[] ParseFiles(ArgumentResult argument)
    {
        List<AddedFile> files = [];
        foreach (string text in argument.Tokens.Select(token => token.Value))
        {
            if (AddedFile.Parse(text) is { } file)
                files.Add(file);
            else
                argument.AddError(
                    $"--file takes HOST:GUEST, where GUEST is the path of a file in the guest, not '{text}'");
        }
        return [.. files];
    }

    private static string[] ParsePackages(ArgumentResult argument)
    {
        string[] names =
            argument.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(name => !IsPackage(name)) is { } wrong)
            argument.AddError($"--packages takes names of Debian packages separated by commas, not '{wrong}'");
        return names;
    }

    private static bool IsPackage(string name) =>
        char.IsAsciiLetterOrDigit(name[0])
        && name.All(
            letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '+' or '-' or '.');
}
