namespace Dbt.Perf.Guests;

/// <summary>One guest to be run by every contender.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Suite">The suite it counts in.</param>
/// <param name="CommandLine">The kernel command line.</param>
internal abstract record Benchmark(string Name, Suite Suite, string CommandLine)
{
    /// <summary>The kernel of <c>TestRoms/roms/bench</c> that the host can run too; null for none.</summary>
    public virtual string? Kernel => null;

    /// <summary>What that is told.</summary>
    public virtual string KernelArguments => CommandLine;
}

/// <summary>
/// A kernel of <c>TestRoms/roms/bench</c>, which also runs on the host; without rounds, as many as it finds right.
/// </summary>
internal sealed record RomBenchmark(string Name, Suite Suite, int? Rounds)
    : Benchmark(Name, Suite, Rounds is { } rounds ? $"n={rounds}" : "")
{
    /// <inheritdoc/>
    public override string Kernel => Name;
}

/// <summary>
/// Linux, with a command (or none) for its init to run before it powers off. With a mark, the line with which the
/// command begins, it is timed without the boot as well. Warm, dbt finds the translations of an earlier run.
/// </summary>
internal record LinuxBenchmark(string Name, Suite Suite, string Command, string? Mark, bool IsWarm = false)
    : Benchmark(Name, Suite, "console=ttyS0 panic=-1 quiet")
{
    /// <summary>The program of <c>TestRoms/roms/bin/linux</c> that the ramdisk has.</summary>
    public virtual string Program => "sysbench";
}

/// <summary>A kernel as a program of Linux's: position-independent, as Debian's are.</summary>
internal sealed record UserBenchmark(string Of, string Arguments)
    : LinuxBenchmark($"user-{Of}", Suite.User, $"/user-{Of} {Arguments}", $"bench {Of} begins")
{
    /// <inheritdoc/>
    public override string Program => Name;

    /// <inheritdoc/>
    public override string Kernel => Of;

    /// <inheritdoc/>
    public override string KernelArguments => Arguments;
}

/// <summary>A program of Debian's packages, in a Debian that has what it needs.</summary>
/// <param name="Of">What <c>programs.sh</c> calls it.</param>
/// <param name="Packages">The packages that it is from.</param>
/// <param name="Rounds">How long, about 10 ms of QEMU each.</param>
internal sealed record ProgramBenchmark(string Of, IReadOnlyList<string> Packages, int Rounds)
    : LinuxBenchmark($"program-{Of}", Suite.Programs, $"set -- {Of} {Rounds}", $"program {Of} begins");
