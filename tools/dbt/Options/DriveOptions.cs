using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Hypervisor;
using Dbt.Runtime.Storage;

namespace Dbt.Tool.Options;

/// <summary>The options about disks.</summary>
internal static class DriveOptions
{
    /// <summary>What a machine can have on its two channels.</summary>
    private const int MostDrives = 4;

    // Where CDs are looked for first: the master of the second channel.
    private const int CdromSlot = 2;

    private const string Expected = "FILE[,format=raw|qcow2][,ro][,snapshot][,backing=FILE]";

    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Disks");

    /// <summary><c>--disk</c>.</summary>
    public static readonly DeclaredOption<DriveConfiguration[]> Disks = new(
        Group, "--disk", "FILE[,...]",
        "Give the machine an IDE disk: an image, raw or qcow2 by its first bytes. Behind FILE may be ,format=raw or ,format=qcow2; ,ro to refuse to write; ,snapshot to forget at the end what was written; ,backing=FILE for each file that an image is a layer above. May be repeated.")
    {
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = ParseDisks,
        Default = [],
        Refuses = options => options.GetValue(Disks!)!.Length + (Cdrom!.IsIn(options) ? 1 : 0) > MostDrives
            ? $"and {Cdrom.Name} may be given {MostDrives} times in all: there are two channels of two drives"
            : null,
        SetsMachine = (machine, disks) => machine with { Drives = disks },
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
                    .. machine.Drives.Select(disk => disk.Slot < CdromSlot ? disk : disk with { Slot = disk.Slot + 1 }),
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

    /// <summary>The same drives, so that several machines can have them, one after another and at a time: what is
    /// written is forgotten.</summary>
    public static IReadOnlyList<DriveConfiguration> Forgetful(IReadOnlyList<DriveConfiguration> drives) =>
        [.. drives.Select(drive => drive with { IsSnapshot = !drive.IsCdrom && !drive.IsReadOnly })];

    private static DriveConfiguration[] ParseDisks(ArgumentResult argument)
    {
        List<DriveConfiguration> disks = [];
        foreach (string text in argument.Tokens.Select(token => token.Value))
        {
            if (Parse(disks.Count, text) is { } disk)
                disks.Add(disk);
            else
                argument.AddError($"--disk takes {Expected}, not '{text}'");
        }
        return [.. disks];
    }

    // A file's name may have commas: options are what is behind the last piece that is none.
    private static DriveConfiguration? Parse(int slot, string text)
    {
        string[] pieces = text.Split(',');
        int end = pieces.Length;
        DriveConfiguration disk = new(slot, "");
        while (end > 1 && With(disk, pieces[end - 1]) is { } changed)
            (disk, end) = (changed, end - 1);
        string file = string.Join(',', pieces[..end]);
        bool isTwo = disk is { IsReadOnly: true, IsSnapshot: true };
        return file.Length == 0 || isTwo || end > 1 && !File.Exists(file) ? null : disk with { File = file };
    }

    private static DriveConfiguration? With(DriveConfiguration disk, string option) => option switch
    {
        "ro" => disk with { IsReadOnly = true },
        "snapshot" => disk with { IsSnapshot = true },
        "format=raw" => disk with { Format = ImageFormat.Raw },
        "format=qcow2" => disk with { Format = ImageFormat.Qcow2 },
        _ when option.StartsWith("backing=", StringComparison.Ordinal) =>
            disk with { Backing = [option["backing=".Length..], .. disk.Backing] },
        _ => null,
    };
}
