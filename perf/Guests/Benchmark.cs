namespace Dbt.Perf.Guests;

/// <summary>One guest to be run by every contender.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Suite">The suite it counts in.</param>
/// <param name="CommandLine">The kernel command line.</param>
internal abstract record Benchmark(string Name, Suite Suite, string CommandLine);

/// <summary>
/// A kernel of <c>TestRoms/roms/bench</c>, which also runs on the host; without rounds, as many as it finds right.
/// </summary>
internal sealed record RomBenchmark(string Name, Suite Suite, int? Rounds)
    : Benchmark(Name, Suite, Rounds is { } rounds ? $"n={rounds}" : "");

/// <summary>
/// Linux, with a command (or none) for its init to run before it powers off. With a mark, the line with which the
/// command begins, it is timed without the boot as well. Warm, dbt finds the translations of an earlier run.
/// </summary>
internal sealed record LinuxBenchmark(string Name, Suite Suite, string Command, string? Mark, bool IsWarm = false)
    : Benchmark(Name, Suite, "console=ttyS0 panic=-1 quiet");
