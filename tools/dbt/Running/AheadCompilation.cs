using System.Diagnostics;
using System.Reflection;

namespace Dbt.Tool.Running;

/// <summary>
/// What a run leaves behind it in a process of its own, to compile what it translated for the next run.
/// </summary>
internal static class AheadCompilation
{
    /// <summary>The command of that process.</summary>
    public const string Command = "compile-ahead";

    /// <summary>Starts it, and does not wait.</summary>
    /// <param name="pending">The file in which the run left what it translated.</param>
    public static void Start(string pending)
    {
        // Within a test, the program is another.
        if (Environment.ProcessPath is not { } program
            || Assembly.GetEntryAssembly() != typeof(AheadCompilation).Assembly)
            return;
        List<string> arguments = [Command, Path.GetFullPath(pending)];
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            arguments.Insert(0, typeof(AheadCompilation).Assembly.Location);
        // Whoever reads our output must not wait for it.
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process? process = Process.Start(start);
    }
}
