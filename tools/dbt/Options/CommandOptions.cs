using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Options;

/// <summary>From the groups that a command takes to what the user asked for.</summary>
internal static class CommandOptions
{
    /// <summary>Lets a command take the options of some groups.</summary>
    public static void Take(this Command command, params IEnumerable<OptionGroup> groups)
    {
        foreach (Option option in groups.SelectMany(group => group.Options))
            command.Add(option);
    }

    /// <summary>The options that a command has taken.</summary>
    public static IEnumerable<IDeclaredOption> Taken(this Command command) => command.Options.OfType<IDeclaredOption>();

    /// <summary>What the options say about the guest and its machine.</summary>
    /// <exception cref="GuestSetupException">They do not go together, or there is no such guest.</exception>
    public static RunPlan Plan(ParseResult options) => Plan(options, UserSpaceOptions.Exec.In(options));

    /// <summary>
    /// As <see cref="Plan(ParseResult)"/>; <paramref name="command"/> is what init runs, null for a shell.
    /// </summary>
    public static RunPlan Plan(ParseResult options, string? command) =>
        Plan(options, options.GetValue(GuestOptions.Guest), command);

    /// <summary>As <see cref="Plan(ParseResult)"/>, for the guest called <paramref name="name"/>.</summary>
    public static RunPlan Plan(ParseResult options, string? name, string? command)
    {
        IDeclaredOption[] taken = [.. options.CommandResult.Command.Taken()];
        foreach (IDeclaredOption option in taken)
        {
            if (option.RefusalOf(options) is { } refusal)
                throw new GuestSetupException(refusal);
        }
        Guest guest = GuestOptions.Load(options, name, command);
        RunPlan plan = new() { Machine = MachineFor(guest), ReadyMark = guest.ReadyMark };
        plan = taken.Aggregate(plan, (soFar, option) => option.Apply(options, soFar));
        CheckMemory(guest, plan.Machine.MemoryBytes);
        return plan;
    }

    private static void CheckMemory(Guest guest, ulong memory)
    {
        if (guest.MostMemory is not { } most)
            return;
        guest.Room?.Check(memory, most);
        if (memory > most)
        {
            Message.Say(
                $"{guest.KernelName} uses no more than {most >> 20} MB of the {memory >> 20} MB of memory");
        }
    }

    private static MachineConfiguration MachineFor(Guest guest) => new()
    {
        Kernel = guest.Kernel,
        KernelName = guest.KernelName,
        StartsInFlash = guest.StartsInFlash,
        Initrd = guest.Initrd,
        CommandLine = guest.CommandLine,
        Processor = guest.Processor,
        // .NET's own switch for writing a map that the host's perf reads.
        NameFragments = Environment.GetEnvironmentVariable("DOTNET_PerfMapEnabled") is not (null or "" or "0"),
    };
}
