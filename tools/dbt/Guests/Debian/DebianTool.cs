using System.ComponentModel;
using System.Diagnostics;
using Dbt.Runtime;

namespace Dbt.Tool.Guests.Debian;

/// <summary>
/// Runs one of Debian's own programs (apt-get, apt-cache, dpkg-deb, make). None is left behind, nor what it started.
/// </summary>
internal static class DebianTool
{
    // apt waits for ever for a part of itself that has died of a full disk.
    private const int LookEveryMilliseconds = 500, LooksUntilHopeless = 2;

    /// <summary>What a program said.</summary>
    public sealed record Outcome(int Status, IReadOnlyList<string> Output, IReadOnlyList<string> Errors);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="folder">Where it runs, on the disk that it writes to; null for here.</param>
    /// <param name="line">Sees its output as it comes.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <exception cref="IOException">The disk is full, and it went on.</exception>
    public static Outcome Run(
        string program, IEnumerable<string> arguments, CancellationToken stop, string? folder = null,
        Action<string>? line = null)
    {
        List<string> output = [], errors = [];
        using Process process = Start(program, arguments, folder);
        using CancellationTokenRegistration ending = stop.Register(() => End(process));
        bool isHopeless = false;
        int full = 0;
        using Timer look = new(_ =>
        {
            full = folder is not null && DiskSpace.IsUsedUp(folder) ? full + 1 : 0;
            if (full < LooksUntilHopeless)
                return;
            isHopeless = true;
            End(process);
        });
        look.Change(LookEveryMilliseconds, LookEveryMilliseconds);
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
        stop.ThrowIfCancellationRequested();
        return isHopeless
            ? throw new IOException("No space left on device")
            : new Outcome(process.ExitCode, output, errors);
    }

    /// <summary>Runs a program and hands its standard output to <paramref name="read"/>.</summary>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static void Read(
        string program, IEnumerable<string> arguments, Action<Stream> read, CancellationToken stop)
    {
        using Process process = Start(program, arguments, null);
        using CancellationTokenRegistration ending = stop.Register(() => End(process));
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            read(process.StandardOutput.BaseStream);
            process.StandardOutput.BaseStream.CopyTo(Stream.Null);
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            End(process);
            stop.ThrowIfCancellationRequested();
            throw new GuestSetupException($"what {program} gives cannot be read: {broken.Message}", broken);
        }
        process.WaitForExit();
        stop.ThrowIfCancellationRequested();
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
