using System.Diagnostics;
using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime.Translation;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>
/// Fragments live in methods that the garbage collector may free, and are reached through pointers it does not know:
/// nothing that runs may be collected. Alone, because nothing else gets far meanwhile.
/// </summary>
[CollectionDefinition(nameof(CollectionStressTests), DisableParallelization = true)]
[Collection(nameof(CollectionStressTests))]
[Trait("Speed", "slow")]
public sealed class CollectionStressTests
{
    private const string LengthVariable = "DBT_STRESS_SECONDS";
    private const int UsualSeconds = 5, FewestCollections = 20;

    private static readonly MachineConfiguration[] _guests =
    [
        GuestRun.Rom("selfmod") with { JitThreshold = 1 },
        GuestRun.Rom("selfmod") with { JitThreshold = 20 },
        GuestRun.Rom("bench-bytecode") with { CommandLine = "n=1", JitThreshold = 2 },
        // Its first processes are enough: under this load a whole run takes a minute.
        GuestRun.Rom("kernel") with { JitThreshold = 2, InstructionLimit = 10_000_000 },
    ];

    [Fact]
    public void Code_is_compiled_linked_retired_and_run_while_memory_is_collected_all_the_time()
    {
        GuestRun[] expected = [.. _guests.Select(guest => GuestRun.Of(guest with { Engine = Engine.Interp }))];
        using CancellationTokenSource enough = new();
        Thread collector = new(() => Collect(enough.Token)) { IsBackground = true, Name = "collector" };
        long made = 0, linked = 0, retired = 0;
        int collections = GC.CollectionCount(GC.MaxGeneration);
        Stopwatch watch = Stopwatch.StartNew();
        collector.Start();
        try
        {
            do
            {
                for (int i = 0; i < _guests.Length; i++)
                {
                    using VirtualMachine machine = new(_guests[i] with { Engine = Engine.Dbt });

                    Assert.Equal(expected[i], GuestRun.Of(machine));

                    TranslationStatistics translation = machine.Cpu.Engine.Translations!.Statistics;
                    made += translation.Fragments;
                    linked += translation.Linked;
                    retired += translation.Retired;
                }
            }
            while (watch.Elapsed < Length || GC.CollectionCount(GC.MaxGeneration) - collections <= FewestCollections);
        }
        finally
        {
            enough.Cancel();
            collector.Join();
        }

        Assert.True(made > 0 && linked > 0 && retired > 0, $"{made} fragments made, {linked} links, {retired} retired");
    }

    private static TimeSpan Length => TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable(LengthVariable), CultureInfo.InvariantCulture, out int seconds) ? seconds : UsualSeconds);

    // Garbage of every size, some of which survives a while, and a collection that moves what it can.
    private static void Collect(CancellationToken stop)
    {
        object?[] survivors = new object?[64];
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            for (int size = 16; size <= 1 << 17; size *= 2)
                survivors[(i + size) % survivors.Length] = new byte[size];
            long start = Stopwatch.GetTimestamp();
            GC.Collect(i % (GC.MaxGeneration + 1), GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            // Where the heap is large, the guest would stand still nearly all the time.
            stop.WaitHandle.WaitOne(Stopwatch.GetElapsedTime(start));
        }
        GC.KeepAlive(survivors);
    }
}
