using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Translation;
using Spectre.Console;

namespace Dbt.Tool.Running;

/// <summary>The figures of <c>--stats</c>: what was run, how fast, by whom, and why the guest exited to the hypervisor.</summary>
internal static class RunStatistics
{
    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;

    /// <summary>Prints them on standard error.</summary>
    public static void Print(RunResult result, VirtualMachine machine, TimeSpan hostTime)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Write(RunTable(result, machine, hostTime));
        console.Write(ExitTable(machine.Exits));
    }

    private static Table RunTable(RunResult result, VirtualMachine machine, TimeSpan hostTime)
    {
        Table table = Empty();
        table.AddRow("engine", machine.Configuration.Engine.ToString().ToLowerInvariant());
        table.AddRow("instructions", Format(result.Instructions));
        table.AddRow("guest time", string.Create(_invariant, $"{result.GuestNanoseconds / 1e9:N3} s"));
        table.AddRow("host time", string.Create(_invariant, $"{hostTime.TotalSeconds:N3} s"));
        table.AddRow("speed", string.Create(_invariant, $"{result.Instructions / 1e6 / Math.Max(hostTime.TotalSeconds, 1e-9):N1} MIPS"));
        if (machine.Cpu.Translation is { } translation)
            AddTranslation(table, translation);
        return table;
    }

    private static void AddTranslation(Table table, TranslationStatistics translation)
    {
        double all = Math.Max(1, translation.Translated + translation.Threaded + translation.Interpreted);
        table.AddRow("in translated code", string.Create(_invariant, $"{100 * translation.Translated / all:N1} %"));
        table.AddRow("in threaded code", string.Create(_invariant, $"{100 * translation.Threaded / all:N1} %"));
        table.AddRow("regions requested", Format(translation.Requested));
        table.AddRow("regions refused", Format(translation.Refused));
        table.AddRow("fragments made", Format(translation.Fragments));
        table.AddRow("returns to the dispatcher", Format(translation.FragmentExits));
    }

    private static Table ExitTable(ExitAccount exits)
    {
        Table table = Empty();
        foreach ((ExitCounter counter, long count) in exits.All.Where(exit => exit.Count > 0).OrderByDescending(exit => exit.Count))
            table.AddRow(ExitAccount.NameOf(counter), Format(count));
        return table;
    }

    private static Table Empty() => new Table().Border(TableBorder.Simple).HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());

    private static string Format(long count) => count.ToString("N0", _invariant);
}
