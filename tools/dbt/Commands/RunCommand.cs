using System.CommandLine;
using System.CommandLine.Parsing;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt run</c>: boots a guest.</summary>
internal static class RunCommand
{
    private static readonly Argument<string?> _guest = new("GUEST")
    {
        Description = "'debian', a name from 'dbt guests', or the path of a MIPS ELF. May be left out with --kernel.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> _kernel = new("--kernel")
    {
        Description = "Boot this ELF in place of the guest's own kernel.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> _initrd = new("--initrd")
    {
        Description = "Use this initial ramdisk in place of the guest's own.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> _append = new("--append")
    {
        Description = "Add words to the kernel command line (Linux guests begin with 'console=ttyS0 panic=-1').",
        HelpName = "WORDS",
    };

    private static readonly Option<ulong?> _memory = new("--memory")
    {
        Description = "RAM in megabytes, or with a suffix: 128, 512M, 2G. [default: 256M]",
        HelpName = "SIZE",
        CustomParser = argument => Parse(argument, Quantity.ParseMemory, "a size from 16M to 2G"),
    };

    private static readonly Option<Engine> _engine = Choice(
        "--engine", Engine.Dbt, "What runs the guest's instructions: interp interprets them, threaded runs predecoded handlers, dbt translates what is hot. [default: dbt]");

    private static readonly Option<int?> _jitThreshold = new("--jit-threshold")
    {
        Description = "dbt: how often a place is entered before it is translated. [default: 200]",
        HelpName = "N",
        CustomParser = argument => Parse(argument, text => Quantity.ParseCount(text) is { } count and <= 1_000_000_000 ? (int)count : (int?)null, "a number from 1 to 1G"),
    };

    private static readonly Option<bool> _noChain = new("--no-chain") { Description = "dbt: return to the dispatcher after every piece of translated code." };

    private static readonly Option<ClockSource> _clock = Choice(
        "--clock", ClockSource.Virtual, "What moves the guest's time: virtual counts instructions, so that runs repeat exactly; host follows the wall clock. [default: virtual]");

    private static readonly Option<long?> _insns = new("--insns")
    {
        Description = "Stop after this many guest instructions: 250000, 10M, 1G, 1e9.",
        HelpName = "N",
        CustomParser = argument => Parse(argument, Quantity.ParseCount, "a number of instructions such as 10M or 1e9"),
    };

    private static readonly Option<bool> _stats = new("--stats") { Description = "Print figures about the run at its end." };

    private static readonly Option<string?> _exec = new("--exec")
    {
        Description = "debian only: run this shell command in place of a shell, print its output and exit with its status.",
        HelpName = "CMD",
    };

    private static readonly Option<string[]> _packages = new("--packages")
    {
        Description = "debian only: add these packages, and what they depend on, to the guest's files (NAME,NAME,...).",
        HelpName = "LIST",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = ParsePackages,
    };

    private static readonly Option<AddedFile[]> _files = new("--file")
    {
        Description = "debian only: put a file of this machine into the guest, mode and all. May be repeated.",
        HelpName = "HOST:GUEST",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
        CustomParser = ParseFiles,
    };

    public static Command Create()
    {
        Command command = new("run", "Boots a guest on a Malta board.")
        {
            _guest, _kernel, _initrd, _append, _memory, _engine, _jitThreshold, _noChain, _clock, _insns, _stats, _exec, _packages, _files,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        string? command = options.GetValue(_exec);
        RunPlan plan = new()
        {
            Guest = Load(options, command),
            Append = options.GetValue(_append),
            MemoryBytes = options.GetValue(_memory) ?? Quantity.DefaultMemory,
            Engine = options.GetValue(_engine),
            JitThreshold = options.GetValue(_jitThreshold),
            Chain = !options.GetValue(_noChain),
            Clock = options.GetValue(_clock),
            InstructionLimit = options.GetValue(_insns),
            Statistics = options.GetValue(_stats),
        };
        return command is null ? ConsoleRun.Run(plan) : ExecRun.Run(plan);
    }

    private static Guest Load(ParseResult options, string? command)
    {
        string? name = options.GetValue(_guest), kernelPath = options.GetValue(_kernel), initrdPath = options.GetValue(_initrd);
        string[] packages = options.GetValue(_packages)!;
        AddedFile[] files = options.GetValue(_files)!;
        string? userSpace = command is not null ? "--exec" : packages.Length > 0 ? "--packages" : files.Length > 0 ? "--file" : null;
        if (name is null && kernelPath is null)
            throw new GuestSetupException("nothing to run: name a guest ('dbt guests' lists them) or a --kernel");
        if (name != GuestCatalog.Debian && userSpace is not null)
            throw new GuestSetupException($"{userSpace} needs Debian's user space: 'dbt run debian'");
        if (initrdPath is not null && userSpace is not null)
            throw new GuestSetupException($"{userSpace} is part of debian's own initial ramdisk and does not go with --initrd");

        // The user's files first: what is wrong with them should not wait for a download.
        Guest? kernel = kernelPath is null ? null : GuestCatalog.FromFile(kernelPath);
        byte[]? initrd = initrdPath is null ? null : GuestFile.Read(initrdPath, "initial ramdisk");
        byte[]? added = files.Length == 0 ? null : AddedFile.Pack(files);
        Guest guest = name switch
        {
            null => kernel!,
            GuestCatalog.Debian => new GuestCatalog(GuestCache.OfUser(), new ConsoleFetchProgress()).LoadDebian(packages, added, command, TerminalSetup(command)),
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

    private static Option<T> Choice<T>(string name, T usual, string description) where T : struct, Enum
    {
        string[] values = [.. Enum.GetNames<T>().Select(value => value.ToLowerInvariant())];
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', values),
            DefaultValueFactory = _ => usual,
            CustomParser = argument => Parse(argument, text => values.Contains(text) ? Enum.Parse<T>(text, ignoreCase: true) : (T?)null, $"{string.Join(", ", values[..^1])} or {values[^1]}"),
        };
    }

    private static T Parse<T>(ArgumentResult argument, Func<string, T?> parse, string expected) where T : struct
    {
        string text = argument.Tokens[0].Value;
        if (parse(text) is { } value)
            return value;
        argument.AddError($"{((OptionResult)argument.Parent!).Option.Name} takes {expected}, not '{text}'");
        return default;
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
