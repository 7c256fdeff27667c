using Dbt.Hypervisor;

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

    /// <summary><c>--hypercalls</c>.</summary>
    public static readonly DeclaredOption<bool> Hypercalls = new(
        Group, "--hypercalls", null,
        "Give the guest the instruction HYPCALL; without it, it is reserved, as on a 24Kf.")
    {
        SetsMachine = (machine, on) => machine with { Hypercalls = on },
    };
}
