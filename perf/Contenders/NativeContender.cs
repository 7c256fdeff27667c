using Dbt.Perf.Guests;
using Dbt.Tool.Comparison;

namespace Dbt.Perf.Contenders;

/// <summary>The host itself, running the kernels' sources as its own compiler translates them.</summary>
internal sealed class NativeContender(string folder) : IContender
{
    /// <summary>What results call it.</summary>
    public const string Label = "native";

    private const string Compiler = "gcc";

    // As in build.sh: the C library must not do the kernels' work.
    private static readonly string[] _flags =
        ["-O2", "-ffreestanding", "-fno-builtin", "-fno-math-errno", "-fno-tree-loop-distribute-patterns"];

    /// <summary>The compiler's first line about itself; null if there is none.</summary>
    public static string? CompilerVersion { get; } = VersionOf.Program(Compiler, "--version");

    /// <inheritdoc/>
    public string Name => Label;

    /// <inheritdoc/>
    public Invocation? Prepare(Benchmark benchmark)
    {
        if (benchmark.Kernel is not { } kernel || CompilerVersion is null)
            return null;
        string program = Path.Combine(folder, kernel);
        string bench = Path.Combine(Repository.Roms, "bench"), lib = Path.Combine(Repository.Roms, "lib");
        string[] sources =
        [
            Path.Combine(bench, "main.c"), Path.Combine(bench, "native.c"), Path.Combine(bench, kernel + ".c"),
            Path.Combine(lib, "print.c"),
        ];
        Invocation compilation = new(Compiler, [.. _flags, "-I" + lib, "-o", program, .. sources]);
        ProcessTimer.Run(compilation, null, TimeSpan.FromMinutes(1)).OrFail();
        return new Invocation(
            program, benchmark.KernelArguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
