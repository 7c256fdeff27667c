using System.CommandLine;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Options;

/// <summary>The guest, and the options that say what to boot of it.</summary>
internal static class GuestOptions
{
    /// <summary>The guest.</summary>
    public static readonly Argument<string?> Guest = new("GUEST")
    {
        Description = "'debian', another name from 'dbt guests', or the path of a MIPS ELF. May be left out with --kernel.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("The guest");

    /// <summary><c>--kernel</c>.</summary>
    public static readonly DeclaredOption<string?> Kernel =
        new(Group, "--kernel", "FILE", "Boot this ELF in place of the guest's own kernel.");

    /// <summary><c>--bios</c>.</summary>
    public static readonly DeclaredOption<string?> Bios = new(
        Group, "--bios", "FILE",
        "Put this boot loader into flash, an ELF or an image of the flash, and start the processor there.")
    {
        Refuses = options => RefusalOfFirmware(options),
    };

    /// <summary><c>--initrd</c>.</summary>
    public static readonly DeclaredOption<string?> Initrd =
        new(Group, "--initrd", "FILE", "Use this initial ramdisk in place of the guest's own.");

    /// <summary><c>--append</c>.</summary>
    public static readonly DeclaredOption<string?> Append = new(
        Group, "--append", "WORDS",
        "Add words to the kernel command line (Linux guests have 'console=ttyS0 panic=-1', but for what WORDS name).")
    {
        SetsMachine = (machine, words) =>
            machine with { CommandLine = Guests.Guest.Words(machine.CommandLine, words ?? "") },
    };

    /// <summary><c>--append-only</c>.</summary>
    public static readonly DeclaredOption<string?> AppendOnly = new(
        Group, "--append-only", "WORDS", "Make these words the whole kernel command line.")
    {
        Refuses = options => Append.IsIn(options) ? $"and {Append.Name} exclude each other" : null,
        SetsMachine = (machine, words) => words is null ? machine : machine with { CommandLine = words },
    };

    /// <summary><c>--endian</c>.</summary>
    public static readonly DeclaredOption<ByteOrder?> Endian = new(
        Group, "--endian", OptionValue.Choices<ByteOrder>(),
        "The byte order of a kernel that is no ELF but a raw image, which is put at 0x80100000 and entered there; of a boot loader, where it does not show.")
    {
        CustomParser = argument => OptionValue.Choice<ByteOrder>(argument),
        SetsMachine = (machine, order) => order is { } given
            ? machine with { Kernel = RawImage.AsElf(machine.Kernel, machine.KernelName, given) }
            : machine,
    };

    /// <summary>The files that the options say the guest is made of, and what they are.</summary>
    public static IEnumerable<(string? Path, string What)> Inputs(ParseResult options) =>
        Inputs(options, options.GetValue(Guest));

    /// <summary>
    /// The files that the options say the guest called <paramref name="name"/> is made of, and what they are.
    /// </summary>
    public static IEnumerable<(string? Path, string What)> Inputs(ParseResult options, string? name) =>
        [(name, "the kernel itself"), (Kernel.In(options), "the kernel itself"),
            (Initrd.In(options), "the initial ramdisk")];

    /// <summary>The guest called <paramref name="name"/>, as the options have it.</summary>
    /// <exception cref="GuestSetupException">There is none, or not with these options.</exception>
    public static Guest Load(ParseResult options, string? name, string? command)
    {
        if (Firmware(options, name) is { } firmware)
            return firmware;
        string? kernelPath = Kernel.In(options), initrdPath = Initrd.In(options);
        AddedFile[] files = UserSpaceOptions.Files.In(options);
        GuestSystem? system = GuestCatalog.FindSystem(name);
        UserSpace user = new()
        {
            Command = command,
            Packages = UserSpaceOptions.Packages.In(options),
            Drivers =
            [
                .. NetworkOptions.DriversFor(options), .. DriveOptions.DriversFor(options),
                .. MachineOptions.DriversFor(options), .. SerialOptions.DriversFor(options),
            ],
            Drives = DriveOptions.In(options),
            Terminal = TerminalSetup(command),
        };
        string[] given = [.. user.Options, .. files.Length > 0 ? (string[])[UserSpaceOptions.Files.Name] : []];
        if (name is null && kernelPath is null)
            throw new GuestSetupException("nothing to run: name a guest ('dbt guests' lists them) or a --kernel");
        if (given.FirstOrDefault(option => system?.Options.Contains(option) is not true) is { } refused)
        {
            throw new GuestSetupException(
                $"{refused} is for guests with a user space that takes it: {GuestCatalog.NamesOf(refused)}");
        }
        if (initrdPath is not null && given.Length > 0)
        {
            throw new GuestSetupException(
                $"{given[0]} is part of {name}'s own initial ramdisk and does not go with --initrd");
        }

        // The user's files first: what is wrong with them should not wait for a download.
        Guest? kernel = kernelPath is null ? null : GuestCatalog.FromFile(kernelPath);
        byte[]? initrd = initrdPath is null ? null : GuestFile.Read(initrdPath, "initial ramdisk");
        user = user with { Files = files.Length == 0 ? null : AddedFile.Pack(files) };
        Guest guest = (system is null ? null : Fetch(system, user))
            ?? (name is null ? kernel! : GuestCatalog.Load(name));
        if (kernel is not null && system is not null && initrd is null)
            LinuxKernel.Check(kernel, guest, system.Name, given.FirstOrDefault());
        return guest with
        {
            KernelName = kernel?.KernelName ?? guest.KernelName,
            Kernel = kernel?.Kernel ?? guest.Kernel,
            Initrd = initrd ?? guest.Initrd,
            ReadyMark = initrd is null ? guest.ReadyMark : null,
            MostMemory = kernel is null ? guest.MostMemory : null,
            Room = kernel is null && initrd is null ? guest.Room : null,
        };
    }

    // What starts in flash: a boot loader that is put there, or what is in its file already; null for another guest.
    private static Guest? Firmware(ParseResult options, string? name)
    {
        if (Bios.IsIn(options) && name is not null)
            throw new GuestSetupException($"{Bios.Name} takes the place of a guest: leave '{name}' out");
        if (Bios.In(options) is { } path)
            return GuestCatalog.FromFirmware(path, Endian.In(options));
        if (name is not null || Kernel.IsIn(options) || FlashOptions.Flash.In(options) is not { } flash)
            return null;
        return RefusalOfFirmware(options) is { } refusal
            ? throw new GuestSetupException($"{FlashOptions.Flash.Name} without a guest {refusal}")
            : GuestCatalog.FromFlash(flash, Endian.In(options));
    }

    private static string? RefusalOfFirmware(ParseResult options)
    {
        Option[] others =
        [
            Kernel, Initrd, Append, AppendOnly,
            UserSpaceOptions.Exec, UserSpaceOptions.Packages, UserSpaceOptions.Files,
        ];
        return others.FirstOrDefault(option => options.GetResult(option) is { Implicit: false }) is { } other
            ? $"and {other.Name} exclude each other: what is booted is the boot loader's business"
            : null;
    }

    private static Guest Fetch(GuestSystem system, UserSpace user) => HostSignals.Run(stop =>
    {
        Guest guest = system.Load(GuestCache.OfUser(), new ConsoleFetchProgress(stop), user);
        stop.ThrowIfCancellationRequested();
        return guest;
    });

    // A serial line does not say what is at its other end.
    private static string? TerminalSetup(string? command)
    {
        if (command is not null || Console.IsInputRedirected || Console.IsOutputRedirected)
            return null;
        string? type = Environment.GetEnvironmentVariable("TERM");
        bool plain = !string.IsNullOrEmpty(type)
            && type.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '+' or '.');
        bool hasSize = Console.WindowWidth > 0 && Console.WindowHeight > 0;
        string size = hasSize ? $"stty columns {Console.WindowWidth} rows {Console.WindowHeight}\n" : "";
        return $"export TERM={(plain ? type : "vt100")}\n{size}";
    }
}
