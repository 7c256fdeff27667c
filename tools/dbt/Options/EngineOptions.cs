using System.CommandLine;
using Dbt.Hypervisor;

namespace Dbt.Tool.Options;

/// <summary>The options about what runs the guest's instructions.</summary>
internal static class EngineOptions
{
    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Engine");

    /// <summary><c>--engine</c>.</summary>
    public static readonly DeclaredOption<Engine> Engine = new(
        Group, "--engine", OptionValue.Choices<Engine>(),
        "What runs the guest's instructions: interp interprets them, threaded runs predecoded handlers, dbt translates what is hot.")
    {
        CustomParser = OptionValue.Choice<Engine>,
        Default = Hypervisor.Engine.Dbt,
        SetsMachine = (machine, engine) => machine with { Engine = engine },
    };

    /// <summary><c>--jit-threshold</c>.</summary>
    public static readonly DeclaredOption<int> JitThreshold = new(
        Group, "--jit-threshold", "N", "dbt: how often a place is entered before it is translated.")
    {
        CustomParser = OptionValue.Count(1_000_000_000, "a number from 1 to 1G"),
        Default = MachineOptions.Usual.JitThreshold,
        SetsMachine = (machine, entries) => machine with { JitThreshold = entries },
    };

    /// <summary><c>--blocks</c>.</summary>
    public static readonly DeclaredOption<bool> Blocks = new(
        Group, "--blocks", null, "dbt: translate single basic blocks, as VMware and QEMU do, in place of regions.")
    {
        Refuses = NeedsTranslation,
        SetsMachine = (machine, on) => machine with { TranslateBlocks = on },
    };

    /// <summary><c>--no-chain</c>.</summary>
    public static readonly DeclaredOption<bool> NoChain = new(
        Group, "--no-chain", null, "dbt: return to the dispatcher after every piece of translated code.")
    {
        Refuses = NeedsTranslation,
        SetsMachine = (machine, on) => machine with { Chain = !on },
    };

    /// <summary><c>--no-inline-calls</c>.</summary>
    public static readonly DeclaredOption<bool> NoInlineCalls = new(
        Group, "--no-inline-calls", null, "dbt: end regions at computed calls and jumps, wherever those have led so far.")
    {
        Refuses = NeedsTranslation,
        SetsMachine = (machine, on) => machine with { InlineComputedCalls = !on },
    };

    /// <summary><c>--no-held-pages</c>.</summary>
    public static readonly DeclaredOption<bool> NoHeldPages = new(
        Group, "--no-held-pages", null, "dbt: look up each access of a user's loop, rather than hold the page it was on last.")
    {
        Refuses = NeedsTranslation,
        SetsMachine = (machine, on) => machine with { HoldPages = !on },
    };

    /// <summary><c>--held-offsets</c>.</summary>
    public static readonly DeclaredOption<bool> HeldOffsets = new(
        Group, "--held-offsets", null, "dbt: a user's loop whose pages change too often to be held holds what leads from them to the host, as a guest's kernel does in guest mode.")
    {
        Refuses = NeedsTranslation,
        SetsMachine = (machine, on) => machine with { HoldOffsets = on },
    };

    /// <summary><c>--no-in-cache-exits</c>.</summary>
    public static readonly DeclaredOption<bool> NoInCacheExits = new(
        Group, "--no-in-cache-exits", null, "dbt: leave system calls, RDHWR and ERET to the hypervisor, rather than carry them out on the way.")
    {
        Refuses = NeedsTranslation,
        SetsMachine = (machine, on) => machine with { InCacheExits = !on },
    };

    /// <summary>Those of a command that says itself which engines run.</summary>
    public static readonly OptionGroup OfTranslation = Group.Without(Engine);

    /// <summary>The reason against an option about translated code.</summary>
    public static string? NeedsTranslation(ParseResult options) =>
        Engine.In(options) is var engine and not Hypervisor.Engine.Dbt
        ? $"is about translated code, and {Engine.Name} {OptionValue.Format(engine)} has none"
        : null;
}
