using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Dbt.Runtime;
using Dbt.Tool.Commands;
using Dbt.Tool.Comparison;
using Dbt.Tool.Terminal;

namespace Dbt.Tool;

/// <summary>The <c>dbt</c> command: its sub-commands, and what becomes of everything that goes wrong in them.</summary>
internal static class CommandLine
{
    /// <summary>The exit status of a run that could not be started as asked.</summary>
    public const int UsageStatus = 2;

    private static readonly (string Name, Func<Command> Create)[] s_commands =
    [
        ("run", RunCommand.Create),
        ("machines", MachinesCommand.Create),
        ("guests", GuestsCommand.Create),
        ("disasm", DisasmCommand.Create),
        ("lockstep", LockstepCommand.Create),
        ("study", StudyCommand.Create),
        ("patch", PatchCommand.Create),
        ("export", ExportCommand.Create),
        ("code", CodeCommand.Create),
        ("inspect", InspectCommand.Create),
        ("compare", CompareCommand.Create),
        ("compile-ahead", CompileAheadCommand.Create),
    ];

    /// <summary>Runs the command line and returns the exit status.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        try
        {
            StandardStreams.Check();
            ParseResult parsed = CreateRoot(arguments is [var first, ..] ? first : null).Parse(arguments);
            if (ProcessorList.IsAskedFor(parsed))
                return ProcessorList.Print();
            if (parsed.Action is ParseErrorAction)
            {
                return Fail(
                    $"{Sentence(parsed.Errors[0].Message)} (see '{PathOf(parsed.CommandResult.Command)} --help')");
            }
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (StoppedException stopped)
        {
            Fail(stopped.Message);
            return stopped.Status;
        }
        catch (GuestSetupException failure)
        {
            return Fail(failure.Message, failure);
        }
        catch (ComparisonException failure)
        {
            return Fail(FirstLine(failure.Message), failure);
        }
        catch (Exception failure)
        {
            string hint = failure is IOException or UnauthorizedAccessException ? "" : " (DBT_DEBUG=1 shows where)";
            return Fail($"{FirstLine(failure.Message)}{hint}", failure);
        }
    }

    /// <summary>The command and all below it, or that alone which is asked for: each costs time to create.</summary>
    /// <param name="only">The first argument; all, if it names none of them.</param>
    public static RootCommand CreateRoot(string? only = null)
    {
        RootCommand root = new("Runs unmodified MIPS kernels on an emulated Malta board.");
        bool hasOne = s_commands.Any(command => command.Name == only);
        foreach ((string name, Func<Command> create) in s_commands)
        {
            if (!hasOne || name == only)
                root.Add(create());
        }
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        HelpPages pages = new((HelpAction)help.Action!);
        help.Action = pages;
        root.SetAction(pages.Invoke);
        return root;
    }

    private static int Fail(string message, Exception? failure = null)
    {
        try
        {
            Message.Say(message);
            if (failure is not null && Environment.GetEnvironmentVariable("DBT_DEBUG") == "1")
                Console.Error.WriteLine(failure);
        }
        catch (Exception lost) when (lost is IOException or UnauthorizedAccessException)
        {
            // Nobody can be told; the status remains.
        }
        return UsageStatus;
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();

    // The parser's messages are sentences ("Unrecognized command …."); ours are the second half of "dbt: …".
    private static string Sentence(string message)
    {
        string line = message.TrimEnd('.');
        return line.Length > 1 && char.IsUpper(line[0]) && char.IsLower(line[1])
            ? char.ToLowerInvariant(line[0]) + line[1..]
            : line;
    }

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : "dbt";
}
