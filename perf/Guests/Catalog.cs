namespace Dbt.Perf.Guests;

/// <summary>Every benchmark there is, in the order of the table.</summary>
internal static class Catalog
{
    private static readonly string[] _int =
        ["crc", "fib", "sieve", "matmul", "bytecode", "chase", "sha256", "sort", "strings"];
    private static readonly string[] _fp = ["fmatmul", "nbody", "fft", "mandelbrot"];
    private static readonly string[] _user =
    [
        "crc", "aes", "sha256", "lz", "json", "tree", "records", "regex", "bytecode", "bignum", "objects", "states",
        "strings",
    ];

    private static readonly (string Name, string[] Packages)[] _programs =
    [
        ("gzip", ["gzip"]), ("bzip2", ["bzip2"]), ("sha256sum", ["coreutils"]), ("awk", ["mawk"]),
        ("sort", ["coreutils"]), ("perl", ["perl-base"]), ("python", ["python3-minimal"]), ("sqlite", ["sqlite3"]),
        ("fork", ["coreutils"]),
    ];

    private const int DefaultRounds = 400;

    private static readonly string[] _system = ["syscall", "context", "process", "fault", "pipe"];

    /// <summary>The kernels that compute with integers.</summary>
    public static IReadOnlyList<string> IntegerKernels => _int;

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => Benchmarks(null).Select(benchmark => benchmark.Name);

    /// <summary>All benchmarks; <paramref name="rounds"/> changes the length of all but the boot.</summary>
    public static IEnumerable<Benchmark> Benchmarks(int? rounds) =>
    [
        .. _int.Select(name => new RomBenchmark(name, Suite.Int, rounds)),
        .. _fp.Select(name => new RomBenchmark(name, Suite.Fp, rounds)),
        .. _user.Select(name => new UserBenchmark(name, rounds is null ? "" : $"n={rounds}")),
        .. _programs.Select(program => new ProgramBenchmark(program.Name, program.Packages, rounds ?? DefaultRounds)),
        .. _system.Select(name => new LinuxBenchmark(
            name, Suite.System, $"/sysbench {name}{(rounds is null ? "" : $" n={rounds}")}",
            $"sysbench {name} begins")),
        new LinuxBenchmark("boot", Suite.Boot, "", null),
        new LinuxBenchmark("boot-warm", Suite.Warm, "", null, IsWarm: true),
    ];
}
