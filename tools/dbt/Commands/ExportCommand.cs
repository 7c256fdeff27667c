using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Tool.Options;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt export</c>: what a guest boots with, as files for another emulator, or for a boot loader.</summary>
internal static class ExportCommand
{
    private const string Ramdisk = "initrd";

    private static readonly OptionGroup _group = new("Output");

    private static readonly DeclaredOption<string?> _folder =
        new(_group, "--output", "FOLDER", "Where to put the files; the folder is made where there is none.", "-o")
        {
            Required = true,
        };

    public static Command Create()
    {
        Command command = new(
            "export", "Writes the kernel and the initial ramdisk that a guest boots with, for another emulator.")
        {
            GuestOptions.Guest,
        };
        command.Take(
            _group, GuestOptions.Group, UserSpaceOptions.Group, MachineOptions.Group, DriveOptions.Group,
            NetworkOptions.OfRepeatableRuns.Without(NetworkOptions.Replay));
        command.SetAction(options => HostSignals.Run(_ => Run(options)));
        return command;
    }

    private static int Run(ParseResult options)
    {
        string folder = options.GetRequiredValue(_folder)!;
        MachineConfiguration guest = CommandOptions.Plan(options).Machine;
        Make(folder);
        Write(options, Path.Combine(folder, Path.GetFileName(guest.KernelName)), guest.Kernel);
        if (!guest.Initrd.IsEmpty)
            Write(options, Path.Combine(folder, Ramdisk), guest.Initrd);
        string files = guest.Initrd.IsEmpty ? $"{guest.KernelName} is" : $"{guest.KernelName} and {Ramdisk} are";
        Console.WriteLine(Message.Plain($"{files} in {folder}; the kernel's command line: {guest.CommandLine}"));
        return 0;
    }

    private static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GuestSetupException($"cannot make {_folder.Name} '{folder}': {failure.Message}", failure);
        }
    }

    private static void Write(ParseResult options, string path, ReadOnlyMemory<byte> contents)
    {
        using OutputFile file = OutputFile.Claim(_folder.Name, path, GuestOptions.Inputs(options))!;
        file.Write(contents.Span);
    }
}
