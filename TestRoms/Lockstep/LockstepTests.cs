using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Translation;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Lockstep;

/// <summary>Every engine holds what the interpreter holds at every stop; where they do not, the place is found.</summary>
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class LockstepTests
{
    public static TheoryData<string, string, ByteOrder, Engine, int> Guests
    {
        get
        {
            TheoryData<string, string, ByteOrder, Engine, int> guests = [];
            foreach (string rom in (string[])["exceptions", "cop0", "tlb", "timer", "selfmod", "mips16", "poll", "spans", "calls", "vz", "inhibit", "kernel", "bench-fft", "bench-mandelbrot", "bench-strings"])
            {
                string commandLine = rom == "kernel" ? "exec=demo" : "n=1";
                // Each two of order, engine and threshold meet.
                guests.Add(rom, commandLine, ByteOrder.Little, Engine.Threaded, 200);
                guests.Add(rom, commandLine, ByteOrder.Little, Engine.Dbt, 2);
                guests.Add(rom, commandLine, ByteOrder.Big, Engine.Threaded, 2);
                guests.Add(rom, commandLine, ByteOrder.Big, Engine.Dbt, 200);
            }
            return guests;
        }
    }

    [Theory]
    [MemberData(nameof(Guests))]
    public void Every_guest_runs_the_same_as_on_the_interpreter(
        string rom, string commandLine, ByteOrder order, Engine engine, int threshold)
    {
        LockstepPlan plan = Plan(rom, commandLine, threshold, order) with { Subject = engine, Step = 1000 };

        LockstepResult result = SideBySide.Run(plan);

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    // The compiler's thread may be slow or starved: code that was asked for early may be there late, or behind its callees.
    [Theory]
    [InlineData("calls", 20_000)]
    [InlineData("bench-bytecode", 3_000_000)]
    public void When_compiled_code_is_published_changes_nothing(string rom, long late)
    {
        LockstepPlan plan = Plan(rom, "n=1", 50) with { Step = 300, MemoryInterval = 100_000 };

        Assert.All(Enumerable.Range(1, 3), seed =>
        {
            MachineConfiguration machine = plan.Machine with { Lateness = new Lateness(late, seed) };
            LockstepResult result = SideBySide.Run(plan with { Machine = machine, Seed = seed });

            Assert.Null(result.Divergence);
            Assert.Equal(StopReason.PoweredOff, result.Reason);
        });
    }

    [Theory]
    [InlineData("exceptions")]
    [InlineData("cop0")]
    [InlineData("tlb")]
    [InlineData("timer")]
    [InlineData("vz")]
    [InlineData("kernel")]
    public void The_guest_cannot_tell_that_everything_is_patched_from_nothing(string rom)
    {
        LockstepPlan plan = Plan(rom, "exec=demo", 2) with { ReferencePatch = PatchPolicy.None, Step = 1000 };

        LockstepResult result = SideBySide.Run(plan);

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    [Theory]
    [InlineData("exceptions")]
    [InlineData("kernel")]
    public void What_KVM_s_patches_get_wrong_is_the_same_on_every_engine(string rom)
    {
        LockstepPlan plan = Plan(rom, "exec=demo", 2);

        LockstepResult result = SideBySide.Run(plan with { Machine = plan.Machine with { Patch = PatchPolicy.Kvm }, Step = 1000 });

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    // Of four stores off one base the last two write a function on the next page, which is called each time round.
    [Fact]
    public void Stores_that_reach_from_a_page_of_data_into_one_of_code_are_seen()
    {
        const uint Start = 0x8010_0000;
        LockstepPlan plan = new()
        {
            Machine = SmallGuest.Of(
                Start,
                0x3c108010, //    lui   s0, 0x8010
                0x36103ff8, //    ori   s0, s0, 0x3ff8
                0x3c0803e0, //    lui   t0, 0x03e0
                0x35080008, //    ori   t0, t0, 8           jr ra
                0x3c0a2442, //    lui   t2, 0x2442          addiu v0, v0, 0
                0x32290007, // 1: andi  t1, s1, 7
                0x012a4825, //    or    t1, t1, t2          addiu v0, v0, s1 & 7
                0xae110000, //    sw    s1, 0(s0)
                0xae110004, //    sw    s1, 4(s0)
                0xae080008, //    sw    t0, 8(s0)
                0xae09000c, //    sw    t1, 12(s0)
                0x0c041000, //    jal   0x80104000
                0x26310001, //    addiu s1, s1, 1
                0x1000fff7, //    b     1b
                0x00000000) with
            { JitThreshold = 2, InstructionLimit = 20_000 },
            Step = 100,
        };

        LockstepResult result = SideBySide.Run(plan);

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.InstructionLimit, result.Reason);
    }

    [Fact]
    public unsafe void A_flipped_register_is_found_at_the_instruction_where_it_was_flipped()
    {
        const int S0 = 16;
        const long After = 123_457;
        LockstepPlan plan = Plan("bench-crc", "n=1", 2000) with
        {
            Fault = new LockstepFault(After, machine => machine.Cpu.State->Gpr[S0] ^= 0x8000),
        };

        Divergence? found = SideBySide.Run(plan).Divergence;

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
        LockstepPlan plan = Plan("bench-crc", "n=1", 2000) with
        {
            Step = 500,
            Fault = new LockstepFault(After, machine => machine.Ram.Slice(Nowhere + 1, 1)[0] = 0x5a),
        };

        Divergence? found = SideBySide.Run(plan).Divergence;

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

    private static LockstepPlan Plan(string rom, string commandLine, int threshold, ByteOrder order = ByteOrder.Little) => new()
    {
        Machine = GuestRun.Rom(rom, order) with
        {
            CommandLine = commandLine,
            MemoryBytes = 16 << 20,
            JitThreshold = threshold,
        },
    };
}
