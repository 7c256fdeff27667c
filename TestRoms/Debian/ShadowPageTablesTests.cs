using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Xunit;
using Xunit.Abstractions;

namespace Dbt.TestRoms.Debian;

/// <summary>VMware's shadow page tables and memory tracing under Debian's kernel.</summary>
public sealed class ShadowPageTablesTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void The_kernel_boots_to_its_shell_with_the_same_console_and_every_engine_sees_the_stores_that_the_interpreter_sees()
    {
        // More processes than there are ASIDs: the kernel uses them again.
        Guest guest = DebianGuest.With("uname -a; for i in $(seq 1 100); do ls -l /bin | sort | md5sum; done | uniq -c");

        GuestRun exact = DebianGuest.Run(guest);
        (GuestRun translated, (long, long, long, long) counts) = Run(Engine.Dbt);
        (GuestRun interpreted, (long Writes, long Walks, long Dropped, long Refills) reference) = Run(Engine.Interp);

        output.WriteLine($"{reference.Walks} translations made, {reference.Writes} stores to page tables seen, {reference.Dropped} translations dropped by them, {reference.Refills} refill exceptions");
        Assert.Equal(reference, counts);
        Assert.Equal(interpreted, translated);
        Assert.True(reference is { Writes: > 1000, Walks: > 1000, Dropped: > 100 });
        Assert.Contains(DebianInitramfs.ReadyMark, translated.Console, StringComparison.Ordinal);
        Assert.Equal((exact.Output, exact.Status, exact.End.Reason), (translated.Output, translated.Status, translated.End.Reason));
        Assert.Equal(DmesgLines.Normalize(exact.Console), DmesgLines.Normalize(translated.Console));

        (GuestRun, (long, long, long, long)) Run(Engine engine)
        {
            using VirtualMachine machine = new(DebianGuest.Machine(guest) with { Engine = engine, ShadowPageTables = true });
            GuestRun run = GuestRun.Of(machine);
            return (run, (machine.Cpu.Memory.Trace.Writes, machine.Cpu.Memory.FirstStage.PageTables!.Walks, machine.Cpu.Memory.FirstStage.PageTables.Dropped, machine.Cpu.Memory.Translation.Account.Refills));
        }
    }
}
