using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.FloatingPoint;
using Dbt.TestRoms.Fuzzing;
using Dbt.TestRoms.Instructions;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Conformance;

/// <summary>One question and who knows the answer. The tests ask it briefly; <c>perf -- conformance</c> at length.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Question">What is compared.</param>
/// <param name="Oracle">With what.</param>
/// <param name="Ask">Asks, and notes after each round what there is so far.</param>
internal sealed record ConformancePart(string Name, string Question, string Oracle, Action<PartRun> Ask)
{
    private const int ProgramsOfRound = 1000, InterruptedOfRound = 200, BoardProgramsOfRound = 100, TriesOfRound = 20_000, RomsOfRound = 100;
    private const int FilesOfRound = 2000, DeviceRunsOfRound = 20, AccessesOfRun = 10_000, LinesOfRound = 60, FoldersOfRound = 40, RootsOfRound = 100;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConformancePart> All { get; } =
    [
        new("user", "programs of the instruction table's rows, every engine, both byte orders", "qemu-mipsel, qemu-mips", run => User(run, UserProgram.Of)),
        new("mips16", "the same of half words: rows of MIPS16e, extended and not", "qemu-mipsel, qemu-mips", run => User(run, Mips16Program.Of)),
        new("kernel", "programs in kernel and in user mode with their exceptions, TLB and software interrupts", "qemu-system-mipsel, qemu-system-mips", run => EachOrder(run, ProgramsOfRound, "programs", (order, first, count) => KernelComparison.Differences(order, first, count))),
        new("board", "the system controller's registers and windows moved, PCI configured, and what is behind them", "the Malta of qemu-system-mipsel and qemu-system-mips", run => EachOrder(run, BoardProgramsOfRound, Text($"programs of {BoardProgram.Accesses} accesses"), (order, first, count) => BoardComparison.Differences(order, first, count))),
        new("interrupts", "timer and pins at chosen instructions, on every engine: where each comes, and that nothing else changes", "the program without them, unit by unit", run => EachRound(run, InterruptedOfRound, "programs, twice", (first, count) => InterruptComparison.Differences(first, count))),
        new("float", "every operation and condition, format, rounding mode, trap, FS, NaN", "integers of any size, rounded once", Float),
        new("roms", "random code in kernel mode: COP0, TLB, caches, branches in slots, stores among the code", "the interpreter", Roms),
        Fuzz("elf", "ELF files of both orders that something happened to: taken or refused in a line", FilesOfRound, "files", ElfFuzz.Findings),
        Fuzz("initramfs", "files for the guest and Debian packages in which anything may be: refused, or found as they are", FilesOfRound, "ramdisks", InitramfsFuzz.Findings),
        Fuzz("devices", "reads and writes of all widths all over the board, PCI's configuration and the windows of the system controller", DeviceRunsOfRound, Text($"times {AccessesOfRun:N0} accesses, done twice, saved, restored and gone on with"), (first, count) => DeviceFuzz.Findings(first, count, AccessesOfRun)),
        Fuzz("guests", "roots that write anything into the registers of the virtualization module, and guests of random instructions: engines agree, and no guest changes another's memory", RootsOfRound, "roots of sixty guests", GuestContextFuzz.Findings),
        Fuzz("options", "command lines of random options and values: run, or refused in a line", LinesOfRound, "command lines", OptionFuzz.Findings),
        Fuzz("kept", "folders of kept translations to which something happened: the run stays what it is", FoldersOfRound, "folders", KeptFuzz.Findings),
    ];

    private static void User(PartRun run, Func<int, CpuCase> make)
    {
        int programs = 0, withNaNs = 0;
        foreach (int round in run.Numbers)
        {
            foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
            {
                (IReadOnlyList<UserDifference> found, int left) = UserComparison.Of(order, make, round * ProgramsOfRound, ProgramsOfRound);
                programs += ProgramsOfRound;
                withNaNs += left;
                run.Note(Text($"{programs:N0} programs, {withNaNs:N0} of them left out for their NaNs"), [.. found.Select(difference => difference.ToString())]);
            }
        }
    }

    private static void EachOrder(PartRun run, int ofRound, string tries, Func<ByteOrder, int, int, IReadOnlyList<string>> differences)
    {
        int programs = 0;
        foreach (int round in run.Numbers)
        {
            foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
            {
                IReadOnlyList<string> found = differences(order, round * ofRound, ofRound);
                programs += ofRound;
                run.Note(Text($"{programs:N0} {tries}"), found);
            }
        }
    }

    private static void Float(PartRun run)
    {
        long operations = 0;
        foreach (int round in run.Numbers)
        {
            List<string> found = [];
            foreach ((int code, FpFormat format) in ExactComparison.All)
            {
                operations += TriesOfRound;
                if (ExactComparison.FirstDifference(code, format, 1 + round, TriesOfRound) is { } difference)
                    found.Add(difference);
            }
            run.Note(Text($"{operations:N0} operations"), found);
        }
    }

    private static void Roms(PartRun run)
    {
        foreach ((int index, int round) in run.Numbers.Index())
        {
            List<string> found = [];
            foreach (Engine engine in (Engine[])[Engine.Threaded, Engine.Dbt])
            {
                if (RandomRom.FirstDivergence(round * RomsOfRound, RomsOfRound, engine, withGuests: round % 2 == 1) is { } difference)
                    found.Add(difference);
            }
            run.Note(Text($"{(index + 1) * RomsOfRound:N0} ROMs, each on two engines"), found);
        }
    }

    private static ConformancePart Fuzz(string what, string question, int ofRound, string tries, Func<int, int, IReadOnlyList<string>> findings) =>
        new($"fuzz-{what}", question, "what a good line, and the same run, look like", run => EachRound(run, ofRound, tries, findings));

    private static void EachRound(PartRun run, int ofRound, string tries, Func<int, int, IReadOnlyList<string>> differences)
    {
        foreach ((int index, int round) in run.Numbers.Index())
        {
            IReadOnlyList<string> found = differences(round * ofRound, ofRound);
            run.Note(Text($"{(index + 1) * ofRound:N0} {tries}"), found);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
