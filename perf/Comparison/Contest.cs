using Dbt.Perf.Contenders;
using Dbt.Perf.Guests;
using Dbt.Tool.Comparison;

namespace Dbt.Perf.Comparison;

/// <summary>
/// Lets the contenders take turns: A B C, A B C, …, so that what disturbs the machine disturbs all of them.
/// </summary>
internal sealed class Contest(IReadOnlyList<IContender> contenders, int runs, TimeSpan limit)
{
    /// <summary>Runs one benchmark.</summary>
    public Result Run(Benchmark benchmark)
    {
        List<(IContender Contender, Invocation How, List<Sample> Samples)> entries = [];
        foreach (IContender contender in contenders)
        {
            if (contender.Prepare(benchmark) is { } invocation)
                entries.Add((contender, invocation, []));
        }
        string? mark = (benchmark as LinuxBenchmark)?.Mark;
        for (int run = 1; run <= runs; run++)
        {
            foreach ((IContender contender, Invocation how, List<Sample> samples) in entries)
            {
                Sample sample = Sample.Of(ProcessTimer.Run(how, mark, limit).OrFail(), mark);
                samples.Add(sample);
                Console.Error.WriteLine($"{benchmark.Name} {run}/{runs} {contender.Name}: {sample.Seconds:0.000} s");
            }
        }
        return new Result(
            benchmark, entries.ToDictionary(entry => entry.Contender.Name, entry => new Series(entry.Samples)));
    }
}
