using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.FloatingPoint;
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
    private const int ProgramsOfRound = 1000, TriesOfRound = 20_000, RomsOfRound = 100;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConformancePart> All { get; } =
    [
        new("user", "programs of the instruction table's rows, every engine, both byte orders", "qemu-mipsel, qemu-mips", User),
        new("kernel", "programs in kernel and in user mode with their exceptions, TLB and software interrupts", "qemu-system-mipsel, qemu-system-mips", Kernel),
        new("float", "every operation and condition, format, rounding mode, trap, FS, NaN", "integers of any size, rounded once", Float),
        new("roms", "random code in kernel mode: COP0, TLB, caches, branches in slots, stores among the code", "the interpreter", Roms),
    ];

    private static PartResult User(int seed, int rounds)
    {
        List<string> differences = [];
        int withNaNs = 0;
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            for (int round = 0; round < rounds; round++)
            {
                (IReadOnlyList<UserDifference> found, int left) = UserComparison.Of(order, (seed + round) * ProgramsOfRound, ProgramsOfRound);
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
                if (RandomRom.FirstDivergence((seed + round) * RomsOfRound, RomsOfRound, engine) is { } difference)
                    differences.Add(difference);
            }
        }
        return new PartResult(Text($"{rounds * RomsOfRound:N0} ROMs, each on two engines"), differences);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
