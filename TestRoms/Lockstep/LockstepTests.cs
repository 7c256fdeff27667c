using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Lockstep;

/// <summary>Every engine holds what the interpreter holds at every stop; where they do not, the place is found.</summary>
public sealed class LockstepTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    public static TheoryData<string, string, Engine, int> Guests
    {
        get
        {
            TheoryData<string, string, Engine, int> guests = [];
            foreach (string rom in (string[])["exceptions", "cop0", "tlb", "timer", "selfmod", "poll", "kernel", "bench-fft", "bench-mandelbrot", "bench-strings"])
            {
                string commandLine = rom == "kernel" ? "exec=demo" : "n=1";
                guests.Add(rom, commandLine, Engine.Threaded, 200);
                guests.Add(rom, commandLine, Engine.Threaded, 2);
                guests.Add(rom, commandLine, Engine.Dbt, 200);
                guests.Add(rom, commandLine, Engine.Dbt, 2);
            }
            return guests;
        }
    }

    [Theory]
    [MemberData(nameof(Guests))]
    public void Every_guest_runs_the_same_as_on_the_interpreter(string rom, string commandLine, Engine engine, int threshold)
    {
        LockstepPlan plan = Plan(rom, commandLine, threshold) with { Subject = engine, Step = 1000 };

        LockstepResult result = Run(plan);

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    [Theory]
    [InlineData("exceptions")]
    [InlineData("cop0")]
    [InlineData("tlb")]
    [InlineData("timer")]
    [InlineData("kernel")]
    public void The_guest_cannot_tell_that_everything_is_patched_from_nothing(string rom)
    {
        LockstepPlan plan = Plan(rom, "exec=demo", 2) with { ReferencePatch = PatchPolicy.None, Step = 1000 };

        LockstepResult result = Run(plan);

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    [Theory]
    [InlineData("exceptions")]
    [InlineData("kernel")]
    public void What_KVM_s_patches_get_wrong_is_the_same_on_every_engine(string rom)
    {
        LockstepPlan plan = Plan(rom, "exec=demo", 2);

        LockstepResult result = Run(plan with { Machine = plan.Machine with { Patch = PatchPolicy.Kvm }, Step = 1000 });

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    [Fact]
    public unsafe void A_flipped_register_is_found_at_the_instruction_where_it_was_flipped()
    {
        const int S0 = 16;
        const long After = 123_457;
        LockstepPlan plan = Plan("bench-crc", "n=1", 200) with
        {
            Fault = new LockstepFault(After, machine => machine.Cpu.State->Gpr[S0] ^= 0x8000),
        };

        Divergence? found = Run(plan).Divergence;

        Assert.NotNull(found);
        Assert.True(found.IsNarrowed);
        // A stop falls behind a delay slot, never before it.
        Assert.InRange((long)found.Reference["instructions"], After, After + 1);
        Assert.InRange(found.Agreed, After - 2, After - 1);
        Assert.Equal([S0], found.Reference.DifferencesTo(found.Subject));
    }

    [Fact]
    public void A_flipped_byte_of_memory_is_found_though_memory_is_compared_seldom()
    {
        const long After = 200_000;
        const ulong Nowhere = 12 << 20;
        LockstepPlan plan = Plan("bench-crc", "n=1", 200) with
        {
            Step = 500,
            Fault = new LockstepFault(After, machine => machine.Ram.Slice(Nowhere + 1, 1)[0] = 0x5a),
        };

        Divergence? found = Run(plan).Divergence;

        Assert.NotNull(found);
        Assert.InRange(found.Differs, After - 1, After);
        Assert.Empty(found.Reference.DifferencesTo(found.Subject));
        Assert.Equal([new MemoryDifference(Nowhere, 0, 0x5a00)], found.Memory);
    }

    [Fact]
    public void The_stops_are_the_same_each_time_and_fall_within_twice_the_step()
    {
        LockstepPlan plan = Plan("bench-crc", "", 200) with { Step = 100 };

        long[] stops = [.. plan.Stops().Take(1000)];

        Assert.Equal(stops, plan.Stops().Take(1000));
        Assert.All(stops.Zip(stops.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 199));
    }

    private static LockstepPlan Plan(string rom, string commandLine, int threshold) => new()
    {
        Machine = new MachineConfiguration
        {
            Kernel = EmbeddedRoms.Load(rom)!.Kernel,
            KernelName = rom,
            CommandLine = commandLine,
            MemoryBytes = 16 << 20,
            JitThreshold = threshold,
        },
    };

    private static LockstepResult Run(LockstepPlan plan)
    {
        using CancellationTokenSource stop = new(_limit);
        return LockstepRun.Run(plan, _ => { }, stop.Token);
    }
}
