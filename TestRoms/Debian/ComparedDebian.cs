using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>
/// One boot of Debian on our machine and one on QEMU's, at the same time, which several classes look at: the kernel's log,
/// what init does with a command's output and status, and programs of its user space.
/// </summary>
[CollectionDefinition(nameof(ComparedDebian))]
[Trait("Order", "first")]
public sealed class ComparedDebian : ICollectionFixture<ComparedDebian>
{
    /// <summary>What the command ends with.</summary>
    public const int Status = 3;

    /// <summary>What <see cref="Part.Streams"/> prints: both of its streams, byte for byte.</summary>
    public const string Streams = "a\nb\r\noops\n";

    /// <summary>The last number that <see cref="Part.Numbers"/> prints, a line each.</summary>
    public const int Numbers = 3_000;

    private const string Between = "---- the next part ----\n";

    private const string Busybox =
        """
        echo '-- files'
        ls -lR / 2>/dev/null | awk '/^\/(proc|sys|dev)/ { skip = 1 } /^\/[^psd]/ { skip = 0 } !skip' | sed 's/[A-Z][a-z][a-z] [ 0-9][0-9] [ :0-9]*//; / proc$/d'
        echo '-- 1 MB'
        yes 'a line that is compressed' | head -c 1048576 > /tmp/data
        gzip < /tmp/data > /tmp/data.gz
        wc -c < /tmp/data.gz
        gunzip < /tmp/data.gz | md5sum
        echo '-- floating point'
        awk 'BEGIN { for (i = 1; i < 20; i++) { x = i; for (j = 0; j < 9; j++) x = (x + i / x) / 2; printf "%.15g %.6e %.3f\n", x, x / 7e30, i * x - 2.5 }; print 1e308 * 10, 1 / 3, 1e-320 / 3, 7.5 % 2 }'
        echo '-- sums'
        echo '12345678901234567890 * 98765432109876543210 / 7' | bc
        echo '2 3 ^ 4 5 * + p' | dc
        echo $(( (1 << 40) / 3 % 1000003 )) $((0x7fffffff + 1)) $((-17 / 5)) $((-17 % 5))
        seq 1 1000 | awk '{ sum += $1 * $1 } END { print sum }'
        echo '-- jobs'
        sleep 100 & sleeper=$!
        (sleep 1; echo awake) & wait $!
        { kill $sleeper; wait $sleeper; } 2>/dev/null; echo "killed: $?"
        sh -c 'trap "echo caught; exit 7" TERM; (sleep 1; kill $$) & while :; do :; done'; echo "trapped: $?"
        for i in 1 2 3 4 5; do (seq $i 5 20000 | md5sum) & done | sort; wait
        """;

    private const string PythonAndPerl =
        """
        python3 -c 'import math, struct, sys
        for n in range(1, 40):
            x = math.sqrt(n) * 10.0 ** (n - 20)
            print(repr(x), math.sin(x), math.exp(-x) if x < 700 else 0.0, "%.17g" % (x / 3), struct.unpack("<Q", struct.pack("<d", x))[0])
        print(2 ** 0.5, 1e308 * 10, float("nan"), -0.0, 5e-324, sys.float_info.max, 2 ** 200 % 1000003, sum(0.1 for _ in range(10)))'
        perl -e 'for my $n (1 .. 40) { printf "%.15g %.17g %e\n", sqrt($n), $n / 7, exp($n) * atan2($n, 3) } print 2 ** 0.5, " ", 9 ** 9 ** 9, " ", 1 / 3, "\n"'
        """;

    private readonly Lazy<(GuestRun Ours, (string Console, string Output, string Status) Reference)> _runs = new(() =>
    {
        Guest guest = DebianGuest.With(string.Join($"\necho -n '{Between}'\n", Commands), "perl-base", "python3-minimal");
        var reference = Task.Run(() => ReferenceEmulator.Run(guest));
        return (DebianGuest.Run(guest), reference.GetAwaiter().GetResult());
    });

    /// <summary>The parts of the command, in its order.</summary>
    public enum Part
    {
        /// <summary>The kernel's log.</summary>
        Log,

        /// <summary>Something on each stream.</summary>
        Streams,

        /// <summary>Much.</summary>
        Numbers,

        /// <summary>Busybox lists, compresses, computes and controls jobs.</summary>
        Busybox,

        /// <summary>Programs that are linked dynamically.</summary>
        PythonAndPerl,
    }

    /// <summary>The run on our machine.</summary>
    internal GuestRun Ours => _runs.Value.Ours;

    /// <summary>The run on QEMU's.</summary>
    internal (string Console, string Output, string Status) Reference => _runs.Value.Reference;

    private static string[] Commands =>
    [
        "dmesg", "printf 'a\\nb\\r\\n'; echo oops >&2", $"seq 1 {Numbers}", Busybox, $"{PythonAndPerl}\nexit {Status}",
    ];

    /// <summary>What a part of the command printed.</summary>
    internal static string Of(string output, Part part) => output.Split(Between)[(int)part];
}
