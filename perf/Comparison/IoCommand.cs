using System.CommandLine;
using Dbt.Perf.Guests;
using Dbt.Tool.Comparison;

namespace Dbt.Perf.Comparison;

/// <summary>
/// <c>perf io</c>: the same Debian with the same devices on QEMU and on dbt, by how long each transfer takes.
/// </summary>
internal static class IoCommand
{
    private static readonly Option<int> _runs = new("--runs")
    {
        Description = "Runs of each, in turn; the table shows medians.",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    };

    /// <summary>Creates it.</summary>
    public static Command Create()
    {
        Command command = new(
            "io", "Times transfers of disks and network cards, on QEMU and on dbt in turn; prints a Markdown table.")
        {
            _runs,
        };
        command.SetAction(options => Run(options.GetValue(_runs)));
        return command;
    }

    private static int Run(int runs)
    {
        string folder = Directory.CreateTempSubdirectory("dbt-io-").FullName;
        try
        {
            using IoPeer peer = new();
            Console.WriteLine($"Medians of {runs} alternating runs, in seconds. {Qemu.Version ?? Qemu.Missing}.\n");
            Console.WriteLine("| devices | transfer | QEMU s | dbt s | QEMU over dbt |");
            Console.WriteLine("|---|---|---|---|---|");
            foreach (IoDevices devices in IoDevices.All)
                Compare(devices, new IoGuest(devices, peer, folder), runs);
            return 0;
        }
        catch (ComparisonException failure)
        {
            Console.Error.WriteLine($"perf: {failure.Message}");
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(IoDevices devices, IoGuest guest, int runs)
    {
        // Translations are kept, as by default: they are made in a run that does not count.
        _ = IoGuest.Time(guest.OnDbt());
        guest.Translations.Await();
        List<IReadOnlyList<double>> qemu = [], dbt = [];
        for (int run = 0; run < runs; run++)
        {
            qemu.Add(IoGuest.Time(guest.OnQemu()));
            dbt.Add(IoGuest.Time(guest.OnDbt()));
        }
        foreach ((int place, string transfer) in IoGuest.Transfers.Index())
        {
            double theirs = Median.Of(qemu.Select(times => times[place]));
            double ours = Median.Of(dbt.Select(times => times[place]));
            Console.WriteLine($"| {devices.Name} | {transfer} | {theirs:0.00} | {ours:0.00} | {theirs / ours:0.00} |");
        }
    }
}
