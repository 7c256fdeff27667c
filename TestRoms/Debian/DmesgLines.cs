using System.Text.RegularExpressions;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>The kernel's log without what may differ between our board and QEMU's. This is all of it; docs/departures.md says why.</summary>
internal static class DmesgLines
{
    /// <summary>What depends on time, by line: what follows it is compared, what matches is not.</summary>
    private static readonly Regex[] s_measured =
    [
        new(@"^\[ *\d+\.\d+\]"),
        new(@"(?<=^ clocksource: MIPS: .*max_idle_ns: )\d+"),
        new(@"(?<=^ sched_clock: 32 bits at ).*"),
        new(@"(?<=^ CPU frequency )[\d.]+"),
        new(@"(?<=^ Calibrating delay loop\.\.\.).*"),
        new(@"(?<=^ audit: type=2000 audit\()[\d.]+"),
        new(@"(?<=^ rtc_cmos 70\.rtc: setting system clock to ).*"),
        new(@"(?<=^ FPU Affinity set after )\d+"),
        new(@"(?<=^ input: .*/input/input)\d+"),
    ];

    /// <summary>Lines that only one of the two has.</summary>
    private static readonly Regex[] s_onlyOne = [new(@"^ spurious 8259A interrupt: IRQ7\.$"), new(@"^ [\d.]+ BogoMIPS \(lpj=\d+\)$"), new(@" took \d+ usecs$")];

    /// <summary>Said by threads of the kernel while it goes on: their place in the log is chance.</summary>
    private static readonly string[] s_asynchronous = [" audit: type=2000 ", " input: ", " Trying to unpack rootfs image", " Unpacking initramfs", " Freeing initrd memory: "];

    /// <summary>Compares our kernel's log with QEMU's, which has that many lines at least.</summary>
    public static void AssertSame(string reference, string ours, int least)
    {
        string[] expected = Normalize(reference), actual = Normalize(ours);
        Assert.True(expected.Length > least, $"QEMU's log has {expected.Length} lines");
        // What differs, all of it, before where the first difference is.
        string[] differences = [.. expected.Except(actual).Select(line => $"only QEMU: {line}"), .. actual.Except(expected).Select(line => $"only dbt: {line}")];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
        Assert.Equal(expected, actual);
    }

    /// <summary>The lines to compare.</summary>
    public static string[] Normalize(string log)
    {
        IEnumerable<string> lines = log.TrimEnd().Split('\n')
            .Select(line => s_measured.Aggregate(line, (text, measured) => measured.Replace(text, "")))
            .Where(line => !s_onlyOne.Any(only => only.IsMatch(line)));
        return [.. lines.OrderBy(Asynchronous).ThenBy(line => Asynchronous(line) < 0 ? "" : line, StringComparer.Ordinal)];
    }

    private static int Asynchronous(string line) =>
        Array.FindIndex(s_asynchronous, start => line.StartsWith(start, StringComparison.Ordinal));
}
