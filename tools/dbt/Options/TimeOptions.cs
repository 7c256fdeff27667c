using Dbt.Hypervisor;

namespace Dbt.Tool.Options;

/// <summary>The options about the guest's time and its end.</summary>
internal static class TimeOptions
{
    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Time");

    /// <summary><c>--insns</c>.</summary>
    public static readonly DeclaredOption<long?> Instructions =
        new(Group, "--insns", "N", "Stop after this many guest instructions: 250000, 10M, 1G, 1e9.")
        {
            CustomParser = argument =>
                OptionValue.Parse(argument, Quantity.ParseCount, "a number of instructions such as 10M or 1e9"),
            SetsMachine = (machine, limit) => machine with { InstructionLimit = limit },
        };

    /// <summary><c>--clock</c>.</summary>
    public static readonly DeclaredOption<ClockSource> Clock = new(
        Group, "--clock", OptionValue.Choices<ClockSource>(),
        "What moves the guest's time: virtual counts instructions, so that runs repeat exactly; host follows the wall clock.")
    {
        CustomParser = OptionValue.Choice<ClockSource>,
        Default = ClockSource.Virtual,
        SetsMachine = (machine, clock) => machine with { Clock = clock },
    };

    /// <summary>Those of a command that needs runs to repeat exactly.</summary>
    public static readonly OptionGroup OfRepeatableRuns = Group.Without(Clock);
}
