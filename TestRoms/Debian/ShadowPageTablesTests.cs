using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.State;
using Dbt.Tool.Guests.Debian;
using Xunit;
using Xunit.Abstractions;

namespace Dbt.TestRoms.Debian;

/// <summary>VMware's shadow page tables and memory tracing under Debian's kernel.</summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class ShadowPageTablesTests(ITestOutputHelper output)
{
    // The others have their turn when user space runs and forks.
    private static readonly Engine[] s_engines = [Engine.Dbt, Engine.Threaded, Engine.Interp, Engine.Threaded, Engine.Dbt];
    private static readonly long[] s_points = [2_500_000_000, 2_600_000_000, 2_650_000_000, 2_800_000_000];

    [SkippableFact]
    public void The_kernel_boots_to_its_shell_with_the_same_console_and_every_engine_sees_the_stores_that_the_others_see()
    {
        MachineConfiguration guest = ForkingDebian.Machine with { ShadowPageTables = true };
        GuestRun exact = ForkingDebian.Exact.Run;
        SavedRun translated = SavedRun.Of(guest, [Engine.Dbt], []);

        (long writes, long walks, long dropped) = (Of("trace/writes"), Of("first stage/page tables/walks"), Of("first stage/page tables/dropped"));
        output.WriteLine($"{walks} translations made, {writes} stores to page tables seen, {dropped} translations dropped by them");
        Assert.True(writes > 1000 && walks > 1000 && dropped > 100);
        Assert.Contains(DebianInitramfs.ReadyMark, translated.Run.Console, StringComparison.Ordinal);
        Assert.Equal((exact.Output, exact.Status, exact.End.Reason), (translated.Run.Output, translated.Run.Status, translated.Run.End.Reason));
        Assert.Equal(DmesgLines.Normalize(exact.Console), DmesgLines.Normalize(translated.Run.Console));
        translated.AssertSameAs(SavedRun.Of(guest, s_engines, s_points));

        long Of(string name) => (long)translated.State["cpu/memory/" + name].Value;
    }
}
