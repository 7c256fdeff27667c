using System.Diagnostics;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>dbt as a process of its own, with nothing on its standard input.</summary>
internal static class DbtProcess
{
    /// <summary>Runs it to its end.</summary>
    public static (int Status, string Output, string Errors) Run(params string[] arguments) => Run(arguments, cache: null);

    /// <summary>Runs it where it must refuse: it prints nothing but one line on standard error, and ends with status 2.</summary>
    /// <param name="expected">What the line has to say.</param>
    /// <param name="arguments">What it is told.</param>
    /// <param name="cache">The folder of the user's caches; null for the usual.</param>
    public static void Refuses(string expected, string[] arguments, string? cache = null)
    {
        (int status, string output, string errors) = Run(arguments, cache);

        Assert.Equal((Tool.CommandLine.UsageStatus, ""), (status, output));
        string line = Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("dbt: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(params string[] arguments) => Start(arguments, cache: null);

    /// <summary>Starts it with a pipe for standard input that is open and empty.</summary>
    public static Process StartWithInput(params string[] arguments) => Process.Start(StartOf(arguments, cache: null))!;

    /// <summary>Starts it where variables of the environment have other values, or none.</summary>
    public static Process StartIn(IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        StartIn(Environment.CurrentDirectory, environment, arguments);

    /// <summary>The same in another working directory.</summary>
    public static Process StartIn(string folder, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        ProcessStartInfo start = StartOf(arguments, cache: null);
        start.WorkingDirectory = folder;
        foreach ((string name, string? value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end where the user's caches are in another folder; null for the usual.</summary>
    public static (int Status, string Output, string Errors) Run(string[] arguments, string? cache)
    {
        using Process process = Start(arguments, cache);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts it where the user's caches are in another folder; null for the usual.</summary>
    public static Process Start(string[] arguments, string? cache)
    {
        Process process = Process.Start(StartOf(arguments, cache))!;
        process.StandardInput.Close();
        return process;
    }

    private static ProcessStartInfo StartOf(string[] arguments, string? cache)
    {
        ProcessStartInfo start = new("dotnet", [typeof(Tool.CommandLine).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("DBT_DEBUG");
        if (cache is not null)
            start.Environment["XDG_CACHE_HOME"] = cache;
        return start;
    }
}
