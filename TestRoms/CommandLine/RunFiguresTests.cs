using Dbt.Hypervisor;
using Dbt.Runtime.Translation;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Inspection;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>What <c>--stats</c> and <c>--stats-json</c> say is what happened.</summary>
[Trait("Speed", "slow")]
public sealed class RunFiguresTests
{
    [Theory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void Every_engine_retires_the_same_instructions_in_each_mode(Engine engine)
    {
        RunFigures reference = Run("kernel", Engine.Interp), figures = Run("kernel", engine);

        Assert.Equal(reference.Instructions, reference.Kernel.Interpreted + reference.User.Interpreted);
        Assert.True(reference.User.Total > reference.Instructions / 10);
        Assert.Equal(reference.Kernel.Total, figures.Kernel.Total);
        Assert.Equal(reference.User.Total, figures.User.Total);
        Assert.True(figures.User.Threaded > 0);
        Assert.Equal(engine == Engine.Dbt, figures.User.Translated > 0);
    }

    [Fact]
    public void Every_region_and_every_fragment_is_accounted_for()
    {
        TranslationFigures translation = Run("selfmod", Engine.Dbt).Translation!;

        Assert.True(translation.Made > 0);
        Assert.True(translation.Retired > 0);
        Assert.InRange(translation.Retranslated, 1, translation.Made - 1);
        Assert.True(translation.Links > 0);
        Assert.True(translation.DispatcherReturns > 0);
        Assert.Equal(translation.Requested, translation.Made + translation.Discarded + translation.Refused);
        Assert.Equal(translation.Made, translation.Retired + translation.Live);
        Assert.True(translation.FormationSeconds > 0);
        Assert.True(translation.EmissionSeconds > 0);
        Assert.True(translation.JitSeconds > 0);
    }

    [Theory]
    [InlineData("bench-sort")]
    [InlineData("bench-bytecode")]
    public void Fragments_that_only_lead_to_one_another_are_widened_until_they_hardly_do(string rom)
    {
        using VirtualMachine machine = new(GuestRun.Rom(rom) with { CommandLine = "n=8", CountLinks = true, TranslateInBackground = false });
        RunFigures figures = RunFigures.Of(machine.Run(default), machine, TimeSpan.FromSeconds(1));

        Assert.InRange(figures.Translation!.Widened, 1, figures.Translation.Made / 2);
        Assert.InRange(figures.Translation.LinksFollowed!.Value, 1, figures.Instructions / 60);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void They_are_so_whenever_the_compiler_was_done(int seed)
    {
        using VirtualMachine machine = new(GuestRun.Rom("bench-states") with { CommandLine = "n=8", CountLinks = true, TranslateInBackground = false, Lateness = new Lateness(4_000_000, seed) });
        RunFigures figures = RunFigures.Of(machine.Run(default), machine, TimeSpan.FromSeconds(1));

        Assert.InRange(figures.Translation!.LinksFollowed!.Value, 1, figures.Instructions / 60);
    }

    [Fact]
    public void Links_that_are_followed_are_returns_to_the_dispatcher_saved()
    {
        TranslationFigures chained = Count(chain: true), unchained = Count(chain: false);

        Assert.Equal(0, unchained.LinksFollowed);
        Assert.Equal(chained.LinksFollowed + chained.DispatcherReturns, unchained.DispatcherReturns);

        static TranslationFigures Count(bool chain)
        {
            using VirtualMachine machine = new(GuestRun.Rom("bench-bytecode") with { CommandLine = "n=1", Chain = chain, CountLinks = true, TranslateInBackground = false });
            return RunFigures.Of(machine.Run(default), machine, TimeSpan.FromSeconds(1)).Translation!;
        }
    }

    [Fact]
    public void Translated_by_blocks_a_loop_follows_a_link_each_few_instructions()
    {
        RunFigures regions = Count(blocks: false), blocks = Count(blocks: true);

        Assert.Equal(regions.Instructions, blocks.Instructions);
        Assert.Equal(0, blocks.Translation!.Widened);
        Assert.InRange(blocks.Translation.LinksFollowed!.Value, blocks.Instructions / 10, blocks.Instructions / 3);
        Assert.InRange(regions.Translation!.LinksFollowed!.Value, 1, blocks.Translation.LinksFollowed.Value / 2);

        static RunFigures Count(bool blocks)
        {
            using VirtualMachine machine = new(GuestRun.Rom("bench-bytecode") with { CommandLine = "n=1", TranslateBlocks = blocks, CountLinks = true, TranslateInBackground = false });
            RunFigures figures = RunFigures.Of(machine.Run(default), machine, TimeSpan.FromSeconds(1));
            if (blocks)
                Assert.All(machine.Cpu.Engine.Translations!.Fragments, fragment => Assert.Single(fragment.Region.Blocks));
            return figures;
        }
    }

    [SkippableFact]
    public void The_bytes_of_host_code_are_those_of_the_live_fragments()
    {
        Skip.IfNot(HostCode.CanBeRead, "this host's machine code cannot be read");
        using VirtualMachine machine = Machine("selfmod", Engine.Dbt);
        RunResult end = machine.Run(default);

        TranslationFigures translation = RunFigures.Of(end, machine, TimeSpan.FromSeconds(1)).Translation!;

        Assert.Equal(machine.Cpu.Engine.Translations!.Fragments.Count, translation.Live);
        Assert.Equal(machine.Cpu.Engine.Translations!.Fragments.Sum(LengthOfListing), translation.HostBytes);
    }

    [Fact]
    public void What_is_written_as_JSON_is_what_was_counted()
    {
        RunFigures figures = Run("kernel", Engine.Dbt);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, RunStatistics.ToJson(figures));

            RunFigures read = RunStatistics.Read(file);

            Assert.Equal(figures with { Exits = read.Exits, Stages = read.Stages }, read);
            Assert.Equal(figures.Exits, read.Exits);
            Assert.Equal(figures.Stages with { Fills = read.Stages.Fills }, read.Stages);
            Assert.Equal(figures.Stages.Fills, read.Stages.Fills);
            Assert.Equal(read.ShadowTlb.Fills, read.Stages.Fills.Sum(fill => fill.Count));
            Assert.Equal(read.Exits["tlbmiss_ld"] + read.Exits["tlbmiss_st"], read.Stages.Refills + read.Stages.Invalid);
            Assert.True(read.Exits["syscall"] > 0);
            Assert.InRange(read.ShadowTlb.Misses, read.ShadowTlb.Fills + read.Exits["tlbmiss_ld"], long.MaxValue);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static RunFigures Run(string rom, Engine engine)
    {
        using VirtualMachine machine = Machine(rom, engine);
        return RunFigures.Of(machine.Run(default), machine, TimeSpan.FromSeconds(1));
    }

    private static VirtualMachine Machine(string rom, Engine engine) =>
        new(GuestRun.Rom(rom) with { Engine = engine, JitThreshold = 20, TranslateInBackground = false });

    private static long LengthOfListing(Fragment fragment) => HostListing.Print(TextWriter.Null, fragment.Code).Bytes;
}
