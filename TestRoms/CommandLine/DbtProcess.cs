using System.Diagnostics;

namespace Dbt.TestRoms.CommandLine;

/// <summary>dbt as a process of its own, with nothing on its standard input.</summary>
internal static class DbtProcess
{
    /// <summary>Runs it to its end.</summary>
    public static (int Status, string Output, string Errors) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(Tool.CommandLine).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("DBT_DEBUG");
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
