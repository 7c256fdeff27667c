using System.CommandLine;
using System.Diagnostics;
using System.Reflection;
using Dbt.Runtime.Persistence;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt compile-ahead</c>: what a run leaves behind it in a process of its own, to compile what it translated for the next run.</summary>
internal static class CompileAheadCommand
{
    private const string Name = "compile-ahead";

    private static readonly Argument<string> _pending = new("FILE");

    public static Command Create()
    {
        Command command = new(Name, "Compiles what a run translated.") { _pending };
        command.Hidden = true;
        command.SetAction(Run);
        return command;
    }

    /// <summary>Starts it, and does not wait.</summary>
    public static void Start(string pending)
    {
        // Within a test, the program is another.
        if (Environment.ProcessPath is not { } program || Assembly.GetEntryAssembly() != typeof(CompileAheadCommand).Assembly)
            return;
        List<string> arguments = [Name, Path.GetFullPath(pending)];
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            arguments.Insert(0, typeof(CompileAheadCommand).Assembly.Location);
        // Whoever reads our output must not wait for it.
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process? process = Process.Start(start);
    }

    private static int Run(ParseResult options)
    {
        using Process self = Process.GetCurrentProcess();
        self.PriorityClass = ProcessPriorityClass.BelowNormal;
        return ArchiveStore.CompilePending(options.GetValue(_pending)!) ? 0 : 1;
    }
}
