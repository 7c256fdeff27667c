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

    private static void Run(PartRun run)
    {
        CompiledPrograms.Require();
        Guest guest = DebianRun.Load(InsideFile.Text("endurance.sh"), [], Program(run.Stop));
        using EnduranceMachine threaded = new(guest, Engine.Threaded), translated = new(guest, Engine.Dbt);
        long settled = 0;
        for (int slice = 1; slice <= run.Rounds * SlicesOfRound && run.SoFar.Differences.Count == 0; slice++)
        {
            Parallel.Invoke(
                () => threaded.RunTo(slice * Slice, run.Stop), () => translated.RunTo(slice * Slice, run.Stop));
            run.Stop.ThrowIfCancellationRequested();
            List<string> found =
            [
                .. threaded.DifferencesTo(translated).Take(8)
                    .Select(what => Text($"after {slice} × 10⁹ instructions: {what}")),
            ];
            long objects = GC.GetTotalMemory(forceFullCollection: true);
            if (slice == Settled)
                settled = objects;
            if (settled > 0 && objects - settled > MostGrowth)
                found.Add(Text($"memory grew from {settled >> 20} to {objects >> 20} MB"));
            string[] printed = [.. threaded.Rounds.Distinct()];
            if (printed.Length > 1)
                found.Add($"the rounds printed {printed.Length} different things: {string.Join(", ", printed)}");
            run.Note(
                Text($"{threaded.Retired:N0} instructions on each engine, {threaded.Rounds.Length} rounds of the load; objects {settled >> 20} MB after {Settled} × 10⁹, {objects >> 20} MB at the end, {Environment.WorkingSet >> 20} MB in all"), found);
        }
        if (threaded.Rounds.Length == 0)
            run.Find("no round of the load came to its end");
    }

    private static byte[] Program(CancellationToken stop)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dbt-endurance-");
        File.WriteAllBytes(Path.Combine(folder.FullName, "endurance.c"), InsideFile.Content("endurance.c"));
        int status = HostProgram.Run(
            folder.FullName, "mipsel-linux-gnu-gcc",
            ["-w", "-O2", "-static", "endurance.c", "-o", "endurance", "-lm"], stop).Status;
        if (status != 0)
            throw new InvalidOperationException("endurance.c does not compile");
        CpioArchive archive = new();
        archive.AddProgram("endurance", File.ReadAllBytes(Path.Combine(folder.FullName, "endurance")));
        folder.Delete(recursive: true);
        return archive.ToArray();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
