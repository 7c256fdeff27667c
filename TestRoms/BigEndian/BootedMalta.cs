using Dbt.TestRoms.Debian;
using Dbt.TestRoms.Machines;

namespace Dbt.TestRoms.BigEndian;

/// <summary>One boot on our machine and one on the reference emulator's, which several tests look at.</summary>
public sealed class BootedMalta
{
    /// <summary>What init runs.</summary>
    public const string Command = "uname -m; printf '\\1\\2\\3\\4' | od -An -t x4; cat /proc/cpuinfo; dmesg; exit 3";

    private readonly Lazy<GuestRun> _ours = new(() => GuestRun.Of(MaltaGuest.Machine(Command)));
    private readonly Lazy<(string Console, string Output, string Status)> _reference = new(() => ReferenceEmulator.Run(MaltaGuest.With(Command)));

    /// <summary>The boot on our machine.</summary>
    internal GuestRun Ours => _ours.Value;

    /// <summary>The boot on the reference emulator's.</summary>
    internal (string Console, string Output, string Status) Reference => _reference.Value;

    /// <summary>What the command printed before the kernel's log.</summary>
    internal static string[] Processor(string output) =>
        [.. output.Split('\n').TakeWhile(line => !line.StartsWith('[')).Where(line => !line.StartsWith("BogoMIPS", StringComparison.Ordinal))];

    /// <summary>The kernel's log.</summary>
    internal static string Log(string output) => string.Join('\n', output.Split('\n').SkipWhile(line => !line.StartsWith('[')));
}
