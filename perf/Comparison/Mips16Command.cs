using System.CommandLine;
using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Perf.Guests;
using Dbt.Tool.Comparison;

namespace Dbt.Perf.Comparison;

/// <summary><c>perf mips16</c>: the same kernels in words and in half words, by instructions a second.</summary>
internal static class Mips16Command
{
    private static readonly Option<int> _runs = new("--runs")
    {
        Description = "Runs of each, in turn; the table shows medians.",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    };

    private static readonly Option<int> _rounds = new("--rounds")
    {
        Description = "Rounds of each kernel.",
        HelpName = "N",
        DefaultValueFactory = _ => 100,
    };

    /// <summary>Creates it.</summary>
    public static Command Create()
    {
        Command command = new(
            "mips16", "Runs the integer kernels in words and half words (MIPS16e), in turn; prints a Markdown table.")
        {
            _runs, _rounds,
        };
        command.SetAction(options => Run(options.GetValue(_runs), options.GetValue(_rounds)));
        return command;
    }

    private static int Run(int runs, int rounds)
    {
        Console.WriteLine("| kernel | words, 10⁹ | a second, 10⁹ | half words, 10⁹ | a second, 10⁹ | rate |");
        Console.WriteLine("|---|---|---|---|---|---|");
        List<double> ratios = [];
        foreach (string kernel in Catalog.IntegerKernels)
        {
            List<(long Instructions, double Rate)> words = [], halves = [];
            for (int run = 0; run < runs; run++)
            {
                words.Add(Measure(kernel, rounds));
                halves.Add(Measure($"mips16-{kernel}", rounds));
            }
            double wordRate = Median.Of(words.Select(run => run.Rate));
            double halfRate = Median.Of(halves.Select(run => run.Rate));
            ratios.Add(halfRate / wordRate);
            Console.WriteLine(
                $"| {kernel} | {words[0].Instructions / 1e9:0.00} | {wordRate / 1e9:0.00} "
                + $"| {halves[0].Instructions / 1e9:0.00} | {halfRate / 1e9:0.00} | {ratios[^1]:0.00} |");
        }
        Console.WriteLine($"\nGeometric mean of the rates: {Math.Exp(ratios.Average(Math.Log)):0.00}");
        return 0;
    }

    private static (long Instructions, double Rate) Measure(string kernel, int rounds)
    {
        string name = $"bench-{kernel}";
        using VirtualMachine machine = new(new MachineConfiguration
        {
            Kernel = File.ReadAllBytes(Path.Combine(Repository.Roms, "bin", name + ".elf")),
            KernelName = name,
            CommandLine = $"n={rounds}",
        });
        long start = Stopwatch.GetTimestamp();
        StopReason end = machine.RunTo(long.MaxValue, CancellationToken.None);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (end != StopReason.PoweredOff)
            throw new InvalidOperationException($"{name} did not come to its end");
        return (machine.Cpu.Time.Retired, machine.Cpu.Time.Retired / seconds);
    }
}
