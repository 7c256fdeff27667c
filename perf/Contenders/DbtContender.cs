using Dbt.Perf.Guests;
using Dbt.Tool.Comparison;

namespace Dbt.Perf.Contenders;

/// <summary>Our own command line, as its users run it.</summary>
/// <param name="guests">What to boot.</param>
/// <param name="tool">The path of <c>dbt.dll</c>.</param>
/// <param name="options">Options of <c>dbt run</c>, such as the engine.</param>
internal sealed class DbtContender(GuestFiles guests, string tool, IReadOnlyList<string> options) : IContender
{
    /// <summary>What results call it.</summary>
    public const string Label = "dbt";

    private static readonly TimeSpan _warmUp = TimeSpan.FromMinutes(3);

    private static readonly string _dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <inheritdoc/>
    public string Name => Label;

    /// <inheritdoc/>
    /// <remarks>Every run is a first one, but for the benchmarks that are about the second.</remarks>
    public Invocation Prepare(Benchmark benchmark)
    {
        if (benchmark is not LinuxBenchmark { IsWarm: true })
            return With(benchmark, "--no-cache");
        Invocation warm = With(benchmark, "--cache", guests.Translations.Folder);
        Console.Error.WriteLine($"{benchmark.Name}: a run to keep translations from");
        ProcessTimer.Run(warm, null, _warmUp).OrFail();
        guests.Translations.Await();
        return warm;
    }

    private Invocation With(Benchmark benchmark, params string[] cache) => new(_dotnet,
    [
        tool, "run", "--kernel", guests.Kernel(benchmark),
        .. guests.Initrd(benchmark) is { } initrd ? (string[])["--initrd", initrd] : [],
        .. benchmark.CommandLine.Length > 0 ? (string[])["--append", benchmark.CommandLine] : [],
        "--memory", "256M", .. cache, .. options,
    ]);
}
