using System.CommandLine.Parsing;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Options;

/// <summary>The options about the machine that the guest finds.</summary>
internal static class MachineOptions
{
    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("The machine");

    /// <summary>What a machine is when nothing is said.</summary>
    internal static readonly MachineConfiguration Usual = new() { Kernel = default, KernelName = "" };

    /// <summary><c>--memory</c>.</summary>
    public static readonly DeclaredOption<ulong> Memory =
        new(Group, "--memory", "SIZE", "RAM in megabytes, or with a suffix: 128, 512M, 2G.")
        {
            CustomParser = argument => OptionValue.Parse(argument, Quantity.ParseMemory, "a size from 16M to 2G"),
            DefaultText = Quantity.FormatMemory(Usual.MemoryBytes),
            Default = Usual.MemoryBytes,
            SetsMachine = (machine, bytes) => machine with { MemoryBytes = bytes },
        };

    /// <summary><c>--cpu</c>.</summary>
    public static readonly DeclaredOption<ProcessorModel?> Cpu = new(
        Group, "--cpu", "NAME", "Which processor; help lists them. Without it, the one that the kernel was built for.")
    {
        CustomParser = ParseProcessor,
        DefaultText = ProcessorModel.All[0].Name,
        SetsMachine = (machine, model) => machine with { Processor = model ?? machine.Processor },
    };

    /// <summary><c>--hypercalls</c>.</summary>
    public static readonly DeclaredOption<bool> Hypercalls = new(
        Group, "--hypercalls", null,
        "Give the guest the instruction HYPCALL; without it, it is reserved, as on a 24Kf.")
    {
        SetsMachine = (machine, on) => machine with { Hypercalls = on },
    };

    /// <summary><c>--rng</c>.</summary>
    public static readonly DeclaredOption<bool> Rng = new(
        Group, "--rng", null,
        "Give the machine a virtio source of random numbers: the same in every run, but with the host's clock.")
    {
        SetsMachine = (machine, on) => machine with { HasEntropy = on },
    };

    /// <summary>The names of Linux's modules that drive what the options put into the machine.</summary>
    public static IReadOnlyList<string> DriversFor(System.CommandLine.ParseResult options) =>
        Rng.In(options) ? [KernelModules.VirtioBus, "virtio-rng"] : [];

    private static ProcessorModel? ParseProcessor(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        ProcessorModel? model = ProcessorModel.All.FirstOrDefault(
            model => model.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (model is null)
            argument.AddError($"--cpu takes the name of a processor, not '{text}': --cpu help lists them");
        return model;
    }
}
