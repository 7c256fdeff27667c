using System.ComponentModel;
using System.Diagnostics;

namespace Dbt.Perf.Conformance;

/// <summary>A program of the host, run to its end.</summary>
internal static class HostProgram
{
    /// <summary>Runs it; what it says on standard error is nobody's.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">What it is told.</param>
    /// <param name="stop">Ends it, and what it has started.</param>
    /// <returns>Its status, and what it printed.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static (int Status, string Output) Run(
        string folder, string program, IEnumerable<string> arguments, CancellationToken stop = default)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration ending = stop.Register(() => End(process));
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        stop.ThrowIfCancellationRequested();
        return (process.ExitCode, output);
    }

    /// <summary>Whether there is a program of that name.</summary>
    public static bool Exists(string program)
    {
        try
        {
            Run(Path.GetTempPath(), program, ["--version"]);
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception ended) when (ended is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself meanwhile.
        }
    }
}
