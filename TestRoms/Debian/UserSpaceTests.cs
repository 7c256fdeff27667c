using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>Programs of Debian's user space do on our machine what they do on QEMU's.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class UserSpaceTests
{
    private const string Busybox =
        """
        echo '-- files'
        ls -lR / 2>/dev/null | awk '/^\/(proc|sys|dev)/ { skip = 1 } /^\/[^psd]/ { skip = 0 } !skip' | sed 's/[A-Z][a-z][a-z] [ 0-9][0-9] [ :0-9]*//; / proc$/d'
        echo '-- 2 MB'
        yes 'a line that is compressed' | head -c 2097152 > /tmp/data
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

    private const string Between = "---- busybox above, python and perl below ----\n";

    // One boot of each machine serves both tests.
    private static readonly Lazy<(GuestRun Run, string Expected, string Status)> s_runs = new(() =>
    {
        Guest guest = DebianGuest.With(
            $"{Busybox}\necho -n '{Between}'\n{PythonAndPerl}", "perl-base", "python3-minimal");
        (_, string expected, string status) = ReferenceEmulator.Run(guest);
        return (DebianGuest.Run(guest), expected, status);
    });

    [SkippableFact]
    public void Both_run_the_programs_to_their_end()
    {
        Assert.Equal(StopReason.PoweredOff, s_runs.Value.Run.End.Reason);
        Assert.Equal(0, CommandStatus.Parse(s_runs.Value.Status));
        Assert.Equal(0, CommandStatus.Parse(s_runs.Value.Run.Status));
    }

    [SkippableFact]
    public void Busybox_lists_compresses_computes_and_controls_jobs_as_under_QEMU() => AssertSame(part: 0);

    [SkippableFact]
    public void Python_and_Perl_linked_dynamically_print_floating_point_as_under_QEMU() => AssertSame(part: 1);

    private static void AssertSame(int part) =>
        Assert.Equal(s_runs.Value.Expected.Split(Between)[part], s_runs.Value.Run.Output.Split(Between)[part]);
}
