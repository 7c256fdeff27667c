using System.Globalization;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Scheduling;
using Dbt.Hypervisor.Sharing;
using Dbt.Tool.Terminal;
using Spectre.Console;

namespace Dbt.Tool.Running;

/// <summary>What a machine among others did, and whose its pages were at its end.</summary>
internal sealed record MachineSummary
{
    /// <summary>What a person calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Its claim on the processor.</summary>
    public required int Shares { get; init; }

    /// <summary>Instructions retired.</summary>
    public required long Instructions { get; init; }

    /// <summary>How often the processor came to it from another.</summary>
    public required long Switches { get; init; }

    /// <summary>Pages that others have, too.</summary>
    public required long Shared { get; init; }

    /// <summary>Pages that nothing has been written to.</summary>
    public required long Zero { get; init; }

    /// <summary>Pages that it gave back.</summary>
    public required long Given { get; init; }

    /// <summary>Pages of its own.</summary>
    public required long Private { get; init; }

    /// <summary>How often it wrote to a page that was not its own.</summary>
    public required long Copies { get; init; }

    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;

    /// <summary>Looks at a machine that is about to be disposed of.</summary>
    public static MachineSummary Of(ScheduledMachine machine)
    {
        MachineMemory memory = machine.Machine.Memory;
        return new MachineSummary
        {
            Name = machine.Name,
            Shares = machine.Shares,
            Instructions = machine.Retired,
            Switches = machine.Switches,
            Shared = memory.Count(FrameState.Shared),
            Zero = memory.Count(FrameState.Zero),
            Given = memory.Count(FrameState.Given),
            Private = memory.Count(FrameState.Private),
            Copies = memory.Copies,
        };
    }

    /// <summary>Prints all machines on standard error, those that ended as they were then.</summary>
    public static void Print(
        MachineScheduler scheduler, PageSharing? sharing, IReadOnlyList<MachineSummary> ended, TimeSpan hostTime)
    {
        MachineSummary[] all = [.. scheduler.Machines.Select(
            machine => ended.FirstOrDefault(one => one.Name == machine.Name) ?? Of(machine))];
        Table processor = Empty("machine", "shares", "instructions", "%", "switches to it"),
            pages = Empty("pages", "shared", "zero", "given", "private", "copied");
        long instructions = Math.Max(1, all.Sum(machine => machine.Instructions));
        foreach (MachineSummary machine in all)
        {
            processor.AddRow(
                Markup.Escape(machine.Name), Format(machine.Shares), Format(machine.Instructions),
                (100.0 * machine.Instructions / instructions).ToString("N1", _invariant), Format(machine.Switches));
            pages.AddRow(
                Markup.Escape(machine.Name), Format(machine.Shared), Format(machine.Zero), Format(machine.Given),
                Format(machine.Private), Format(machine.Copies));
        }
        Tables.PrintAsError(processor);
        Tables.PrintAsError(pages);
        WorldSwitches switches = scheduler.Switches;
        double mean = switches.Total.TotalMicroseconds / Math.Max(1, switches.Count);
        Console.Error.WriteLine(string.Create(
            _invariant,
            $"{hostTime.TotalSeconds:N1} s; {switches.Count:N0} world switches, {mean:N1} µs on average; {Median(switches)}"));
        if (sharing is not null)
            Console.Error.WriteLine(string.Create(_invariant, $"{sharing.Scanned:N0} pages looked at"));
    }

    private static Table Empty(string first, params string[] titles)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(first);
        foreach (string title in titles)
            table.AddColumn(new TableColumn(title).RightAligned());
        return table;
    }

    // The histogram's steps are powers of two.
    private static string Median(WorldSwitches switches)
    {
        long below = 0;
        for (int bucket = 0; bucket < switches.Histogram.Count; bucket++)
        {
            below += switches.Histogram[bucket];
            if (2 * below >= switches.Count && switches.Count > 0)
                return string.Create(_invariant, $"half of them took less than {1L << bucket:N0} µs");
        }
        return "none";
    }

    private static string Format(long count) => count.ToString("N0", _invariant);
}
