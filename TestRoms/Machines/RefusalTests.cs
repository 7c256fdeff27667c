using Dbt.Hypervisor;
using Dbt.Runtime.Translation;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;
using Dbt.Translator.Regions;
using Xunit;
using Xunit.Sdk;

namespace Dbt.TestRoms.Machines;

/// <summary>A region that cannot be compiled is left to threaded code, as right and slower: a bug that no output shows.</summary>
public sealed class RefusalTests
{
    private const long Enough = 30_000_000;

    public static TheoryData<string> Roms => new(EmbeddedRoms.Names);

    [Theory]
    [Trait("Speed", "slow")]
    [MemberData(nameof(Roms))]
    public void The_compiler_refuses_no_region_of_any_rom(string rom)
    {
        using VirtualMachine machine = new(GuestRun.Rom(rom) with
        {
            Engine = Engine.Dbt,
            JitThreshold = 2,
            TranslateInBackground = false,
            InstructionLimit = Enough,
        });

        machine.Run(default);

        TranslationStatistics translation = machine.Cpu.Engine.Translations!.Statistics;
        Assert.True(translation.Requested > 0);
        Assert.Equal(0, translation.Refused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public unsafe void A_region_that_is_refused_is_counted_with_where_it_is_and_why(bool inBackground)
    {
        TranslationStatistics statistics = new();
        int heat = 0;
        using (BackgroundCompiler compiler = new(GuestLayout.Create(), statistics, inBackground))
        {
            compiler.Request(Broken(0x8010_1234, (nint)(&heat)));
            compiler.Request(Broken(0x8010_1234, (nint)(&heat)));
            SpinWait.SpinUntil(() => statistics.Refused == 2, TimeSpan.FromMinutes(1));

            Assert.False(compiler.TryTake(0, out _));
        }

        Assert.Equal(2, statistics.Refused);
        Assert.Equal(0x8010_1234u, statistics.FirstRefusal!.Pc);
        Assert.Matches("^0x80101234: [A-Za-z]+Exception: ", statistics.FirstRefusal.ToString());
    }

    [Fact]
    public void A_refusal_is_among_the_figures_and_fails_every_test_that_runs_a_guest()
    {
        using VirtualMachine machine = new(GuestRun.Rom("timer") with { Engine = Engine.Dbt });
        machine.Cpu.Engine.Translations!.Statistics.Refuse(0x8010_1234, new InvalidOperationException("a register too many"));

        Assert.ThrowsAny<XunitException>(() => GuestRun.Of(machine));

        RunFigures figures = RunFigures.Of(machine.Result(StopReason.PoweredOff), machine, TimeSpan.FromSeconds(1));
        Assert.Equal(1, figures.Translation!.Refused);
        string refusal = Assert.IsType<string>(figures.Translation.FirstRefusal);
        Assert.Equal("0x80101234: InvalidOperationException: a register too many", refusal);
        Assert.Contains(refusal, RunStatistics.ToJson(figures), StringComparison.Ordinal);
        using StringWriter printed = new();
        Tables.Print(RunStatistics.TranslationTable(figures.Translation), printed, isRedirected: true);
        Assert.Contains(refusal, printed.ToString(), StringComparison.Ordinal);
    }

    // A region has at least one block.
    private static RegionRequest Broken(uint pc, nint heat)
    {
        HashSet<uint> none = [];
        Region region = new([], none, usesFloat: false, none);
        return new RegionRequest(FragmentKey.Of(pc, 0, default, usesFloat: false), "broken", region, default, []) { Pages = [], Heat = heat };
    }
}
