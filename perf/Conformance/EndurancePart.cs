using System.Globalization;
using Dbt.Hypervisor;
using Dbt.TestRoms.Conformance;
using Dbt.Tool.Guests;

namespace Dbt.Perf.Conformance;

/// <summary>
/// Debian under mixed load for a long time, in threaded code and in translated code that is made in the background as
/// it always is: both machines hold the same after each thousand million instructions, what is printed is the same
/// each time round, and the host's memory stays what it was.
/// </summary>
internal static class EndurancePart
{
    private const long Slice = 1_000_000_000;
    private const int SlicesOfRound = 10;

    // The first slices are boot, and fill what caches there are.
    private const int Settled = 8;
    private const long MostGrowth = 48 << 20;

    /// <summary>It.</summary>
    public static ConformancePart Part { get; } = new(
        "endurance", "Debian under mixed load, 10¹⁰ instructions a round: state after each 10⁹, output, the host's memory", "threaded and translated code, each for the other", Run);

    private static PartResult Run(int seed, int rounds)
    {
        CompiledPrograms.Require();
        Guest guest = DebianRun.Load(InsideFile.Text("endurance.sh"), [], Program());
        using EnduranceMachine threaded = new(guest, Engine.Threaded), translated = new(guest, Engine.Dbt);
        List<string> differences = [];
        long settled = 0, last = 0;
        for (int slice = 1; slice <= rounds * SlicesOfRound && differences.Count == 0; slice++)
        {
            Parallel.Invoke(() => threaded.RunTo(slice * Slice), () => translated.RunTo(slice * Slice));
            differences.AddRange(threaded.DifferencesTo(translated).Take(8)
                .Select(what => Text($"after {slice} × 10⁹ instructions: {what}")));
            last = GC.GetTotalMemory(forceFullCollection: true);
            if (slice == Settled)
                settled = last;
            Console.Error.WriteLine(Text($"{slice} × 10⁹ instructions, {threaded.Rounds.Length} rounds, {last >> 20} MB of objects, {Environment.WorkingSet >> 20} MB in all"));
        }
        if (settled > 0 && last - settled > MostGrowth)
            differences.Add(Text($"memory grew from {settled >> 20} to {last >> 20} MB"));
        string[] printed = [.. threaded.Rounds.Distinct()];
        if (printed.Length != 1)
            differences.Add($"the rounds printed {printed.Length} different things: {string.Join(", ", printed)}");
        return new PartResult(
            Text($"{threaded.Retired:N0} instructions on each engine, {threaded.Rounds.Length} rounds of the load; objects {settled >> 20} MB after {Settled} × 10⁹, {last >> 20} MB at the end"), differences);
    }

    private static byte[] Program()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dbt-endurance-");
        File.WriteAllBytes(Path.Combine(folder.FullName, "endurance.c"), InsideFile.Content("endurance.c"));
        int status = HostProgram.Run(
            folder.FullName, "mipsel-linux-gnu-gcc", "-w", "-O2", "-static", "endurance.c", "-o", "endurance",
            "-lm").Status;
        if (status != 0)
            throw new InvalidOperationException("endurance.c does not compile");
        CpioArchive archive = new();
        archive.AddProgram("endurance", File.ReadAllBytes(Path.Combine(folder.FullName, "endurance")));
        folder.Delete(recursive: true);
        return archive.ToArray();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
