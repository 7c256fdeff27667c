using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;

namespace Dbt.Tool.Commands;

/// <summary>The options that say what to boot, for every command that boots something.</summary>
internal static class GuestOptions
{
    /// <summary>The guest.</summary>
    public static readonly Argument<string?> Guest = new("GUEST")
    {
        Description = "'debian', 'kvm-guest', a name from 'dbt guests', or the path of a MIPS ELF. May be left out with --kernel.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary><c>--kernel</c>.</summary>
    public static readonly Option<string?> Kernel = new("--kernel")
    {
        Description = "Boot this ELF in place of the guest's own kernel.",
        HelpName = "FILE",
    };

    /// <summary><c>--initrd</c>.</summary>
    public static readonly Option<string?> Initrd = new("--initrd")
    {
        Description = "Use this initial ramdisk in place of the guest's own.",
        HelpName = "FILE",
    };

    /// <summary><c>--append</c>.</summary>
    public static readonly Option<string?> Append = new("--append")
    {
        Description = "Add words to the kernel command line (Linux guests begin with 'console=ttyS0 panic=-1').",
        HelpName = "WORDS",
    };

    /// <summary><c>--memory</c>.</summary>
    public static readonly Option<ulong?> Memory = new("--memory")
    {
        Description = "RAM in megabytes, or with a suffix: 128, 512M, 2G. [default: 256M]",
        HelpName = "SIZE",
        CustomParser = argument => OptionValue.Parse(argument, Quantity.ParseMemory, "a size from 16M to 2G"),
    };

    /// <summary><c>--insns</c>.</summary>
    public static readonly Option<long?> Instructions = new("--insns")
    {
        Description = "Stop after this many guest instructions: 250000, 10M, 1G, 1e9.",
        HelpName = "N",
        CustomParser = argument => OptionValue.Parse(argument, Quantity.ParseCount, "a number of instructions such as 10M or 1e9"),
    };

    /// <summary><c>--exec</c>.</summary>
    public static readonly Option<string?> Exec = new("--exec")
    {
        Description = "debian and kvm-guest: run this shell command in place of a shell, print its output and exit with its status.",
        HelpName = "CMD",
    };

    /// <summary><c>--packages</c>.</summary>
    public static readonly Option<string[]> Packages = new("--packages")
    {
        Description = "debian only: add these packages, and what they depend on, to the guest's files (NAME,NAME,...).",
        HelpName = "LIST",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = ParsePackages,
    };

    /// <summary><c>--file</c>.</summary>
    public static readonly Option<AddedFile[]> Files = new("--file")
    {
        Description = "debian only: put a file of this machine into the guest, mode and all. May be repeated.",
        HelpName = "HOST:GUEST",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
        CustomParser = ParseFiles,
    };

    /// <summary><c>--jit-threshold</c>.</summary>
    public static readonly Option<int?> JitThreshold = new("--jit-threshold")
    {
        Description = "dbt: how often a place is entered before it is translated. [default: 2000]",
        HelpName = "N",
        CustomParser = argument => OptionValue.Parse(argument, text => Quantity.ParseCount(text) is { } count and <= 1_000_000_000 ? (int)count : (int?)null, "a number from 1 to 1G"),
    };

    /// <summary><c>--cache</c>.</summary>
    public static readonly Option<string?> Cache = new("--cache") { Description = "dbt: where translations of earlier runs are. [default for 'run': in dbt's own cache]", HelpName = "FOLDER" };

    /// <summary><c>--hypercalls</c>.</summary>
    public static readonly Option<bool> Hypercalls = new("--hypercalls") { Description = "Give the guest the instruction HYPCALL; without it, it is reserved, as on a 24Kf." };

    /// <summary><c>--patch</c>.</summary>
    public static readonly Option<PatchPolicy?> Patch = OptionValue.Choice<PatchPolicy>(
        "--patch", "Which sensitive instructions stop being traps once they have trapped: none, those that Linux KVM patched, or all that can. [default: full]");

    /// <summary><c>--patch-in-memory</c>.</summary>
    public static readonly Option<bool> PatchInMemory = new("--patch-in-memory") { Description = "Write patches into the guest's memory, where it can read them, as Linux KVM did." };

    /// <summary><c>--engine</c>.</summary>
    public static readonly Option<Hypervisor.Engine?> Engine = OptionValue.Choice<Hypervisor.Engine>(
        "--engine", "What runs the guest's instructions: interp interprets them, threaded runs predecoded handlers, dbt translates what is hot. [default: dbt]");

    // Four times the guest's own; more hardly helps Linux.
    private const int KeptTlbEntries = 64;

    /// <summary><c>--l2tlb</c>.</summary>
    public static readonly Option<int?> SecondLevelTlb = new("--l2tlb")
    {
        Description = "Keep N entries that the guest's TLB lost, as Disco did, where the guest cannot tell: fewer refill exceptions. 0 is exact. [default: 64]",
        HelpName = "N",
        CustomParser = argument => OptionValue.Parse(
            argument, text => text == "0" ? 0 : Quantity.ParseCount(text) is { } count and <= Hypervisor.Memory.SecondLevelTlb.MostEntries ? (int)count : (int?)null, $"a number from 0 to {Hypervisor.Memory.SecondLevelTlb.MostEntries}"),
    };

    /// <summary><c>--shadow-page-tables</c>.</summary>
    public static readonly Option<bool> ShadowPageTables = new("--shadow-page-tables")
    {
        Description = "Look up what the guest's TLB misses in its page tables, and trace these, in place of refill exceptions.",
    };

    /// <summary><c>--trace</c>.</summary>
    public static readonly Option<uint[]> TracedPages = new("--trace")
    {
        Description = "Watch the pages at these physical addresses for stores, for --stats (ADDRESS,ADDRESS,... in hexadecimal).",
        HelpName = "LIST",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = argument => [.. OptionValue.ParseAddresses(argument, "physical addresses").Select(address => address & ~0xfffu)],
    };

    /// <summary>What the options say about the guest and its machine; <paramref name="command"/> is what init runs, null for a shell.</summary>
    public static RunPlan Plan(ParseResult options, string? command) => Plan(options, options.GetValue(Guest), command);

    /// <summary>What the options say about the guest called <paramref name="name"/> and its machine.</summary>
    public static RunPlan Plan(ParseResult options, string? name, string? command) => new()
    {
        Guest = Load(options, name, command),
        Append = options.GetValue(Append),
        MemoryBytes = options.GetValue(Memory) ?? Quantity.DefaultMemory,
        JitThreshold = options.GetValue(JitThreshold),
        Patch = options.GetValue(Patch) ?? PatchPolicy.Full,
        PatchInMemory = options.GetValue(PatchInMemory),
        // A mode that looks into the page tables knows itself how much to keep.
        SecondLevelTlb = options.GetValue(SecondLevelTlb) ?? (options.GetValue(ShadowPageTables) ? 0 : KeptTlbEntries),
        ShadowPageTables = options.GetValue(ShadowPageTables),
        TracedPages = options.GetValue(TracedPages) ?? [],
        InstructionLimit = options.GetValue(Instructions),
        Hypercalls = options.GetValue(Hypercalls),
    };

    /// <summary>What the options say about the guest and its machine.</summary>
    public static RunPlan Plan(ParseResult options) => Plan(options, options.GetValue(Exec));

    /// <summary>The files that the options say the guest is made of, and what they are.</summary>
    public static IEnumerable<(string? Path, string What)> Inputs(ParseResult options) => Inputs(options, options.GetValue(Guest));

    /// <summary>The files that the options say the guest called <paramref name="name"/> is made of, and what they are.</summary>
    public static IEnumerable<(string? Path, string What)> Inputs(ParseResult options, string? name) =>
        [(name, "the kernel itself"), (options.GetValue(Kernel), "the kernel itself"), (options.GetValue(Initrd), "the initial ramdisk")];

    private static Guest Load(ParseResult options, string? name, string? command)
    {
        string? kernelPath = options.GetValue(Kernel), initrdPath = options.GetValue(Initrd);
        string[] packages = options.GetValue(Packages)!;
        AddedFile[] files = options.GetValue(Files)!;
        string? userSpace = command is not null ? "--exec" : packages.Length > 0 ? "--packages" : files.Length > 0 ? "--file" : null;
        if (name is null && kernelPath is null)
            throw new GuestSetupException("nothing to run: name a guest ('dbt guests' lists them) or a --kernel");
        if (name != GuestCatalog.Debian && userSpace is not null && !(name == GuestCatalog.KvmGuest && userSpace == "--exec" && packages.Length == 0 && files.Length == 0))
            throw new GuestSetupException($"{userSpace} needs Debian's user space: 'dbt run debian'");
        if (initrdPath is not null && userSpace is not null)
            throw new GuestSetupException($"{userSpace} is part of {name}'s own initial ramdisk and does not go with --initrd");

        // The user's files first: what is wrong with them should not wait for a download.
        Guest? kernel = kernelPath is null ? null : GuestCatalog.FromFile(kernelPath);
        byte[]? initrd = initrdPath is null ? null : GuestFile.Read(initrdPath, "initial ramdisk");
        byte[]? added = files.Length == 0 ? null : AddedFile.Pack(files);
        Guest guest = name switch
        {
            null => kernel!,
            GuestCatalog.Debian => new GuestCatalog(GuestCache.OfUser(), new ConsoleFetchProgress()).LoadDebian(packages, added, command, TerminalSetup(command)),
            GuestCatalog.KvmGuest => new GuestCatalog(GuestCache.OfUser(), new ConsoleFetchProgress()).LoadKvmGuest(command),
            _ => GuestCatalog.Load(name),
        };
        return guest with
        {
            KernelName = kernel?.KernelName ?? guest.KernelName,
            Kernel = kernel?.Kernel ?? guest.Kernel,
            Initrd = initrd ?? guest.Initrd,
            ReadyMark = initrd is null ? guest.ReadyMark : null,
        };
    }

    // A serial line does not say what is at its other end.
    private static string? TerminalSetup(string? command)
    {
        if (command is not null || Console.IsInputRedirected || Console.IsOutputRedirected)
            return null;
        string? type = Environment.GetEnvironmentVariable("TERM");
        bool plain = !string.IsNullOrEmpty(type) && type.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '+' or '.');
        string size = Console.WindowWidth > 0 && Console.WindowHeight > 0 ? $"stty columns {Console.WindowWidth} rows {Console.WindowHeight}\n" : "";
        return $"export TERM={(plain ? type : "vt100")}\n{size}";
    }

    private static AddedFile[] ParseFiles(ArgumentResult argument)
    {
        List<AddedFile> files = [];
        foreach (string text in argument.Tokens.Select(token => token.Value))
        {
            if (AddedFile.Parse(text) is { } file)
                files.Add(file);
            else
                argument.AddError($"--file takes HOST:GUEST, where GUEST is the path of a file in the guest, not '{text}'");
        }
        return [.. files];
    }

    private static string[] ParsePackages(ArgumentResult argument)
    {
        string[] names = argument.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? wrong = names.FirstOrDefault(name => !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '+' or '-' or '.')
            || !char.IsAsciiLetterOrDigit(name[0]));
        if (wrong is not null)
            argument.AddError($"--packages takes names of Debian packages separated by commas, not '{wrong}'");
        return names;
    }
}
