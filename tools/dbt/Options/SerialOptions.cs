using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Tool.Lines;

namespace Dbt.Tool.Options;

/// <summary>The options about the board's serial ports.</summary>
internal static class SerialOptions
{
    private const int Ports = 3;

    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Serial ports");

    /// <summary><c>--serial</c>.</summary>
    public static readonly DeclaredOption<LineTarget[]> Serial = new(
        Group, "--serial", "TARGET",
        $"Lead the first serial port to TARGET, the second if repeated, and so on: {LineTarget.Expected}.")
    {
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = Parse,
        Default = [],
        DefaultText = "the console to stdio",
        Refuses = options => RefusalOf(options),
        SetsRun = (plan, targets) => plan with { Lines = targets },
    };

    private static string? RefusalOf(ParseResult options) =>
        UserSpaceOptions.Exec.IsIn(options)
            ? $"and {UserSpaceOptions.Exec.Name} exclude each other: its output and status leave by two of the ports"
            : Serial.In(options).Length > Ports ? $"is there {Serial.In(options).Length} times: a Malta has {Ports} ports" : null;

    private static LineTarget[] Parse(ArgumentResult argument)
    {
        List<LineTarget> targets = [];
        foreach (Token token in argument.Tokens)
        {
            if (LineTarget.Parse(token.Value) is { } target)
                targets.Add(target);
            else
                argument.AddError($"--serial takes {LineTarget.Expected}, not '{token.Value}'");
        }
        return [.. targets];
    }
}
