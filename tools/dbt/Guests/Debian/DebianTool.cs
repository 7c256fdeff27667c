using System.ComponentModel;
using System.Diagnostics;
using Dbt.Runtime;

namespace Dbt.Tool.Guests.Debian;

/// <summary>Runs one of Debian's own programs (apt-get, apt-cache, dpkg-deb).</summary>
internal static class DebianTool
{
    /// <summary>What a program said.</summary>
    public sealed record Outcome(int Status, IReadOnlyList<string> Output, IReadOnlyList<string> Errors);

    /// <summary>Runs a program to its end; <paramref name="line"/> sees its output as it comes.</summary>
    public static Outcome Run(
        string program, IEnumerable<string> arguments, string? folder = null, Action<string>? line = null)
    {
        List<string> output = [], errors = [];
        using Process process = Start(program, arguments, folder);
        process.ErrorDataReceived += (_, said) =>
        {
            if (said.Data is not null)
                errors.Add(said.Data);
        };
        process.BeginErrorReadLine();
        while (process.StandardOutput.ReadLine() is { } said)
        {
            output.Add(said);
            line?.Invoke(said);
        }
        process.WaitForExit();
        return new Outcome(process.ExitCode, output, errors);
    }

    /// <summary>Runs a program and hands its standard output to <paramref name="read"/>.</summary>
    public static void Read(string program, IEnumerable<string> arguments, Action<Stream> read)
    {
        using Process process = Start(program, arguments, null);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        read(process.StandardOutput.BaseStream);
        process.StandardOutput.BaseStream.CopyTo(Stream.Null);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new GuestSetupException($"{program} failed: {errors.Result.Trim().Split('\n')[0]}");
    }

    private static Process Start(string program, IEnumerable<string> arguments, string? folder)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception missing)
        {
            throw new GuestSetupException(
                $"Debian's packages are fetched with '{program}', which this machine does not have; "
                + $"'dbt run {EmbeddedRoms.TeachingKernel}' runs without", missing);
        }
    }
}
