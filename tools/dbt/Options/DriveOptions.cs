using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Storage;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Options;

/// <summary>The options about disks.</summary>
internal static class DriveOptions
{
    /// <summary>What a machine can have on its two channels.</summary>
    private const int MostDrives = 4;

    // Where CDs are looked for first: the master of the second channel.
    private const int CdromSlot = 2;

    private const string Expected = "FILE[,if=ide|virtio][,format=raw|qcow2][,ro][,snapshot][,backing=FILE]";

    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Disks");

    /// <summary><c>--disk</c>.</summary>
    public static readonly DeclaredOption<DriveConfiguration[]> Disks = new(
        Group, "--disk", "FILE[,...]",
        "Give the machine a disk: an image, raw or qcow2 by its first bytes. Behind FILE may be ,if=virtio for a virtio disk in place of one on an IDE channel; ,format=raw or ,format=qcow2; ,ro to refuse to write; ,snapshot to forget at the end what was written; ,backing=FILE for each file that an image is a layer above. May be repeated.")
    {
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = ParseDisks,
        Default = [],
        Refuses = options =>
            options.GetValue(Disks!)!.Count(disk => !disk.IsVirtio) + (Cdrom!.IsIn(options) ? 1 : 0) > MostDrives
                ? $"and {Cdrom.Name} may be given {MostDrives} times in all: there are two channels of two drives"
                : null,
        SetsMachine = (machine, disks) => disks.Count(disk => disk.IsVirtio) > machine.Board.MostVirtioDisks
            ? throw new GuestSetupException(
                $"a {machine.Board.Name} board has room for {machine.Board.MostVirtioDisks} virtio disks, not {disks.Count(disk => disk.IsVirtio)}")
            : machine with { Drives = disks },
    };

    /// <summary><c>--cdrom</c>.</summary>
    public static readonly DeclaredOption<string?> Cdrom = new(
        Group, "--cdrom", "FILE", "Give the machine a CD-ROM drive with this image in it.")
    {
        SetsMachine = (machine, file) => file is null
            ? machine
            : machine with
            {
                Drives =
                [
                    .. machine.Drives.Select(disk =>
                        disk.IsVirtio || disk.Slot < CdromSlot ? disk : disk with { Slot = disk.Slot + 1 }),
                    new DriveConfiguration(CdromSlot, file) { IsCdrom = true, Format = ImageFormat.Raw },
                ],
            },
    };

    /// <summary>The drives that the options give a machine.</summary>
    public static IReadOnlyList<DriveConfiguration> In(ParseResult options)
    {
        MachineConfiguration machine = Disks.SetsMachine!(MachineOptions.Usual, Disks.In(options));
        return Cdrom.SetsMachine!(machine, Cdrom.In(options)).Drives;
    }

    /// <summary>The names of Linux's modules that drive them, beyond those that any machine with disks has.</summary>
    public static IReadOnlyList<string> DriversFor(ParseResult options) =>
        Disks.In(options).Any(disk => disk.IsVirtio) ? [KernelModules.VirtioBus, "virtio_blk"] : [];

    /// <summary>The same drives, so that several machines can have them, one after another and at a time: what is
    /// written is forgotten.</summary>
    public static IReadOnlyList<DriveConfiguration> Forgetful(IReadOnlyList<DriveConfiguration> drives) =>
        [.. drives.Select(drive => drive with { IsSnapshot = !drive.IsCdrom && !drive.IsReadOnly })];

    private static DriveConfiguration[] ParseDisks(ArgumentResult argument)
    {
        List<DriveConfiguration> disks = [];
        foreach (string text in argument.Tokens.Select(token => token.Value))
        {
            if (Parse(text) is { } disk)
                disks.Add(disk with { Slot = disks.Count(other => other.IsVirtio == disk.IsVirtio) });
            else
                argument.AddError($"--disk takes {Expected}, not '{text}'");
        }
        return [.. disks];
    }

    // A file's name may have commas: options are what is behind the last piece that is none.
    private static DriveConfiguration? Parse(string text)
    {
        string[] pieces = text.Split(',');
        int end = pieces.Length;
        DriveConfiguration disk = new(0, "");
        while (end > 1 && With(disk, pieces[end - 1]) is { } changed)
            (disk, end) = (changed, end - 1);
        string file = string.Join(',', pieces[..end]);
        bool isTwo = disk is { IsReadOnly: true, IsSnapshot: true };
        return file.Length == 0 || isTwo || end > 1 && !File.Exists(file) ? null : disk with { File = file };
    }

    private static DriveConfiguration? With(DriveConfiguration disk, string option) => option switch
    {
        "if=ide" => disk with { IsVirtio = false },
        "if=virtio" => disk with { IsVirtio = true },
        "ro" => disk with { IsReadOnly = true },
        "snapshot" => disk with { IsSnapshot = true },
        "format=raw" => disk with { Format = ImageFormat.Raw },
        "format=qcow2" => disk with { Format = ImageFormat.Qcow2 },
        _ when option.StartsWith("backing=", StringComparison.Ordinal) =>
            disk with { Backing = [option["backing=".Length..], .. disk.Backing] },
        _ => null,
    };
}
