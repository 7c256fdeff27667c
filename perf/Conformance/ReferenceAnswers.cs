using System.Security.Cryptography;
using System.Text;
using Dbt.TestRoms.Debian;
using Dbt.Tool.Guests;

namespace Dbt.Perf.Conformance;

/// <summary>
/// What guests print on qemu-system-mipsel, kept in dbt's cache: another engine is asked the same without waiting for
/// it.
/// </summary>
internal static class ReferenceAnswers
{
    private const char End = '\0';

    /// <summary>What a guest's command printed there, and its status.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="stop">Ends it early.</param>
    public static (string Output, string Status) Of(Guest guest, TimeSpan limit, CancellationToken stop)
    {
        string kept = Path.Combine(CompiledPrograms.Of("qemu-system"), KeyOf(guest));
        if (File.Exists(kept) && File.ReadAllText(kept).Split(End) is [var output, var status])
            return (output, status);
        (_, output, status) = ReferenceEmulator.Run(guest, limit, stop);
        File.WriteAllText(kept, output + End + status);
        return (output, status);
    }

    private static string KeyOf(Guest guest)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(guest.Kernel.Span);
        hash.AppendData(guest.Initrd.Span);
        hash.AppendData(Encoding.UTF8.GetBytes(guest.CommandLine));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
