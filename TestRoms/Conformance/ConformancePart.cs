using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.FloatingPoint;
using Dbt.TestRoms.Fuzzing;
using Dbt.TestRoms.Instructions;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Conformance;

/// <summary>What a part of the conformance run tried, and what was not as it should be.</summary>
internal sealed record PartResult(string Tried, IReadOnlyList<string> Differences);

/// <summary>One question and who knows the answer. The tests ask it briefly; <c>perf -- conformance</c> at length.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Question">What is compared.</param>
/// <param name="Oracle">With what.</param>
/// <param name="Run">Asks: the seed of the first round, and how many rounds.</param>
internal sealed record ConformancePart(string Name, string Question, string Oracle, Func<int, int, PartResult> Run)
{
    private const int ProgramsOfRound = 1000, InterruptedOfRound = 200, TriesOfRound = 20_000, RomsOfRound = 100;
    private const int FilesOfRound = 2000, DeviceRunsOfRound = 20, AccessesOfRun = 10_000, LinesOfRound = 60, FoldersOfRound = 40, RootsOfRound = 100;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConformancePart> All { get; } =
    [
        new("user", "programs of the instruction table's rows, every engine, both byte orders", "qemu-mipsel, qemu-mips", (seed, rounds) => User(UserProgram.Of, seed, rounds)),
        new("mips16", "the same of half words: rows of MIPS16e, extended and not", "qemu-mipsel, qemu-mips", (seed, rounds) => User(Mips16Program.Of, seed, rounds)),
        new("kernel", "programs in kernel and in user mode with their exceptions, TLB and software interrupts", "qemu-system-mipsel, qemu-system-mips", Kernel),
        new("interrupts", "timer and pins at chosen instructions, on every engine: where each comes, and that nothing else changes", "the program without them, unit by unit", Interrupts),
        new("float", "every operation and condition, format, rounding mode, trap, FS, NaN", "integers of any size, rounded once", Float),
        new("roms", "random code in kernel mode: COP0, TLB, caches, branches in slots, stores among the code", "the interpreter", Roms),
        Fuzz("elf", "ELF files of both orders that something happened to: taken or refused in a line", FilesOfRound, "files", ElfFuzz.Findings),
        Fuzz("initramfs", "files for the guest and Debian packages in which anything may be: refused, or found as they are", FilesOfRound, "ramdisks", InitramfsFuzz.Findings),
        Fuzz("devices", "reads and writes of all widths all over the board, PCI's configuration and the windows of the system controller", DeviceRunsOfRound, Text($"times {AccessesOfRun:N0} accesses, done twice, saved, restored and gone on with"), (first, count) => DeviceFuzz.Findings(first, count, AccessesOfRun)),
        Fuzz("guests", "roots that write anything into the registers of the virtualization module, and guests of random instructions: engines agree, and no guest changes another's memory", RootsOfRound, "roots of sixty guests", GuestContextFuzz.Findings),
        Fuzz("options", "command lines of random options and values: run, or refused in a line", LinesOfRound, "command lines", OptionFuzz.Findings),
        Fuzz("kept", "folders of kept translations to which something happened: the run stays what it is", FoldersOfRound, "folders", KeptFuzz.Findings),
    ];

    private static PartResult User(Func<int, CpuCase> make, int seed, int rounds)
    {
        List<string> differences = [];
        int withNaNs = 0;
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            for (int round = 0; round < rounds; round++)
            {
                (IReadOnlyList<UserDifference> found, int left) = UserComparison.Of(order, make, (seed + round) * ProgramsOfRound, ProgramsOfRound);
                differences.AddRange(found.Select(difference => difference.ToString()));
                withNaNs += left;
            }
        }
        return new PartResult(Text($"{2 * rounds * ProgramsOfRound:N0} programs, {withNaNs:N0} of them left out for their NaNs"), differences);
    }

    private static PartResult Kernel(int seed, int rounds)
    {
        List<string> differences = [];
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            for (int round = 0; round < rounds; round++)
                differences.AddRange(KernelComparison.Differences(order, (seed + round) * ProgramsOfRound, ProgramsOfRound));
        }
        return new PartResult(Text($"{2 * rounds * ProgramsOfRound:N0} programs"), differences);
    }

    private static PartResult Interrupts(int seed, int rounds) => new(
        Text($"{rounds * InterruptedOfRound:N0} programs, twice"), InterruptComparison.Differences(seed * InterruptedOfRound, rounds * InterruptedOfRound));

    private static PartResult Float(int seed, int rounds)
    {
        List<string> differences = [];
        foreach ((int code, FpFormat format) in ExactComparison.All)
        {
            for (int round = 0; round < rounds; round++)
            {
                if (ExactComparison.FirstDifference(code, format, 1 + seed + round, TriesOfRound) is { } difference)
                    differences.Add(difference);
            }
        }
        return new PartResult(Text($"{(long)ExactComparison.All.Count * rounds * TriesOfRound:N0} operations"), differences);
    }

    private static PartResult Roms(int seed, int rounds)
    {
        List<string> differences = [];
        for (int round = 0; round < rounds; round++)
        {
            foreach (Engine engine in (Engine[])[Engine.Threaded, Engine.Dbt])
            {
                if (RandomRom.FirstDivergence((seed + round) * RomsOfRound, RomsOfRound, engine, withGuests: round % 2 == 1) is { } difference)
                    differences.Add(difference);
            }
        }
        return new PartResult(Text($"{rounds * RomsOfRound:N0} ROMs, each on two engines"), differences);
    }

    private static ConformancePart Fuzz(string what, string question, int ofRound, string tries, Func<int, int, IReadOnlyList<string>> findings) =>
        new($"fuzz-{what}", question, "what a good line, and the same run, look like", (seed, rounds) =>
            new PartResult(Text($"{rounds * ofRound:N0} {tries}"), findings(seed * ofRound, rounds * ofRound)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
