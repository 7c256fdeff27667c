using System.Globalization;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Spectre.Console;

namespace Dbt.Tool.Running;

/// <summary>An exit account as tables.</summary>
internal static class ExitTables
{
    private const string Bars = " ▁▂▃▄▅▆▇█";
    private const int CheapestClass = 5, DearestClass = 16;

    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;

    /// <summary>
    /// Every reason that occurred: how often, Linux KVM's name of it, and, where it was timed, what it cost.
    /// </summary>
    public static Table Exits(ExitAccount exits, long shadowMisses)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("exit").AddColumn("KVM's counter")
            .AddColumn(new TableColumn("count").RightAligned());
        if (exits.IsTimed)
        {
            table.AddColumn(new TableColumn("ms").RightAligned()).AddColumn(new TableColumn("ns each").RightAligned())
                .AddColumn(new TableColumn("32 ns…64 µs").NoWrap());
        }
        table.AddRow("shadow TLB misses", "", shadowMisses.ToString("N0", _invariant));
        foreach ((ExitCounter counter, long count) in exits.All.Where(exit => exit.Count > 0)
            .OrderByDescending(exit => exit.Count))
        {
            List<string> row =
                [ExitAccount.NameOf(counter), exits.KvmCounterOf(counter), count.ToString("N0", _invariant)];
            TimeSpan time = exits.TimeOf(counter);
            if (time > TimeSpan.Zero)
            {
                row.AddRange(
                    [time.TotalMilliseconds.ToString("N1", _invariant),
                        (time.TotalNanoseconds / count).ToString("N0", _invariant), Histogram(exits.CostsOf(counter))]);
            }
            table.AddRow([.. row]);
        }
        return table;
    }

    /// <summary>Exits by register of coprocessor 0, as KVM printed them when a machine ended.</summary>
    public static Rows Registers(ExitAccount exits) => new(
        Enumerable.Range(0, 256).Where(register => exits.OfRegister(register) > 0)
            .Select(register => new Text(string.Create(
                _invariant, $"  {Cop0Register.NameOf(register & ~7)}[{register & 7}]: {exits.OfRegister(register)}"))));

    // A bar for each power of two; the outermost have what lies beyond.
    private static string Histogram(ReadOnlySpan<long> costs)
    {
        long[] classes = new long[DearestClass - CheapestClass + 1];
        for (int i = 0; i < costs.Length; i++)
            classes[Math.Clamp(i, CheapestClass, DearestClass) - CheapestClass] += costs[i];
        long most = Math.Max(1, classes.Max());
        return string.Concat(classes.Select(count => Bars[(int)((count * (Bars.Length - 1) + most - 1) / most)]));
    }
}
