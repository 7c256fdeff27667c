using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Lines;

namespace Dbt.Tool.Options;

/// <summary>The options about the board's serial ports.</summary>
internal static class SerialOptions
{
    private const int Uarts = 3, Ports = Uarts + 1;

    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Serial ports");

    /// <summary><c>--serial</c>.</summary>
    public static readonly DeclaredOption<LineTarget[]> Serial = new(
        Group, "--serial", "TARGET",
        $"Lead the first serial port to TARGET, the second if repeated, and so on: {LineTarget.Expected}. A fourth is a virtio console.")
    {
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = Parse,
        Default = [],
        DefaultText = "the console to stdio",
        Refuses = options => RefusalOf(options),
        SetsMachine = (machine, targets) => machine with { HasVirtioConsole = targets.Length > Uarts },
        SetsRun = (plan, targets) => plan with { Lines = targets },
    };

    /// <summary>The names of Linux's modules that drive the ports, beyond what any kernel of a Malta has.</summary>
    public static IReadOnlyList<string> DriversFor(ParseResult options) =>
        Serial.In(options).Length > Uarts ? [KernelModules.VirtioBus, "virtio_console"] : [];

    private static string? RefusalOf(ParseResult options) =>
        UserSpaceOptions.Exec.IsIn(options)
            ? $"and {UserSpaceOptions.Exec.Name} exclude each other: its output and status leave by two of the ports"
            : Serial.In(options).Length > Ports ? $"is there {Serial.In(options).Length} times: a Malta has {Uarts} ports, and a virtio console" : null;

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
