using System.Numerics;
using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Hypervisor.Scheduling;
using Dbt.Hypervisor.Sharing;
using Dbt.Runtime.Persistence;
using Dbt.Runtime.Translation;
using Dbt.TestRoms.Lockstep;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Translator.Emission;
using Dbt.Translator.Regions;
using Xunit;

namespace Dbt.TestRoms.Persistence;

/// <summary>What one run translated, the next one of the same guest has from the start; whatever is in the folder, it runs the same.</summary>
[Trait("Speed", "slow")]
public sealed class KeptTranslationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-kept-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("kernel")]
    [InlineData("bench-fft")]
    public void The_second_run_has_what_the_first_one_compiled(string rom)
    {
        MachineConfiguration guest = Keep(rom);

        (GuestRun run, TranslationStatistics translation) = Run(guest);

        Assert.True(translation.Reused > 0, "nothing was reused");
        Assert.True(translation.Reused > translation.Requested, $"{translation.Reused} were reused, but {translation.Requested} compiled");
        Assert.Equal(GuestRun.Of(guest with { TranslationFolder = null }), run);
    }

    [SkippableTheory]
    [InlineData("selfmod")]
    [InlineData("mips16")]
    [InlineData("tlb")]
    [InlineData("exceptions")]
    [InlineData("timer")]
    [InlineData("kernel")]
    [InlineData("bench-fft")]
    public void Kept_translations_do_what_the_interpreter_does(string rom)
    {
        LockstepPlan plan = new() { Machine = Keep(rom), Step = 1000 };

        LockstepResult result = SideBySide.Run(plan);

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    [SkippableTheory]
    [InlineData("bench-fft")]
    [InlineData("selfmod")]
    public void Machines_that_share_pages_run_what_was_kept_as_one_alone_runs_what_it_compiled(string rom)
    {
        MachineConfiguration guest = Keep(rom);
        RunResult alone = GuestRun.Of(guest with { TranslationFolder = null }).End;
        PageSharing sharing = PageSharing.Create() ?? throw new SkipException("this host cannot map single pages");
        using MachineScheduler scheduler = new(sharing);
        long shared = 0, copied = 0;
        foreach (string name in (string[])["first", "second", "third"])
            scheduler.Add(name, guest, 1);
        scheduler.Ended += machine => (shared, copied) = (shared + machine.Machine.Memory.Count(FrameState.Shared), copied + machine.Machine.Memory.Copies);
        while (scheduler.Machines.Any(machine => machine.End is null))
        {
            scheduler.RunFor(9 * MachineScheduler.Slice, CancellationToken.None);
            foreach (ScheduledMachine machine in scheduler.Machines.Where(machine => machine.End is null))
                sharing.Scan(machine.Machine, machine.Machine.Memory.Frames);
        }

        Assert.True(shared > 0 && copied > 0, $"{shared} pages were shared to the end, {copied} copied");
        Assert.All(scheduler.Machines, machine => Assert.Equal(alone, machine.End));
        Assert.All(scheduler.Machines, machine => Assert.True(machine.Machine.Cpu.Engine.Translations!.Statistics.Reused > 0, "nothing was reused"));
    }

    [SkippableFact]
    public void Another_kernel_of_the_same_name_gets_no_code_that_is_not_its_own()
    {
        Keep("bench-crc");
        MachineConfiguration other = Guest("bench-sort") with { KernelName = "bench-crc" };

        (GuestRun run, _) = Run(other);

        Assert.Equal(GuestRun.Of(other with { TranslationFolder = null }), run);
    }

    [SkippableTheory]
    [InlineData("*.regions", 0)]
    [InlineData("*.regions", 7)]
    [InlineData("*.regions", 1000)]
    [InlineData("*.regions", -1)]
    [InlineData("*.dll", 0)]
    [InlineData("*.dll", 1000)]
    [InlineData("*.dll", -1)]
    public void A_truncated_file_is_not_used(string pattern, int length)
    {
        MachineConfiguration guest = Keep("bench-crc");
        string file = Directory.GetFiles(_folder, pattern).Single();
        using (FileStream stream = File.OpenWrite(file))
            stream.SetLength(length < 0 ? stream.Length + length : length);

        AssertUnused(guest);
    }

    [SkippableTheory]
    [InlineData("*.regions", 3)]
    [InlineData("*.regions", 5)]
    [InlineData("*.regions", 200)]
    [InlineData("*.dll", 200)]
    [InlineData("*.dll", 5000)]
    public void A_damaged_file_is_not_used(string pattern, int offset)
    {
        MachineConfiguration guest = Keep("bench-crc");
        string file = Directory.GetFiles(_folder, pattern).Single();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[offset] ^= 0x10;
        File.WriteAllBytes(file, bytes);

        AssertUnused(guest);
    }

    [SkippableFact]
    public void Translations_for_other_options_are_not_used()
    {
        MachineConfiguration guest = Keep("bench-crc");

        AssertUnused(guest with { MemoryBytes = 2 * guest.MemoryBytes });
        AssertUnused(guest with { Patch = PatchPolicy.None });
    }

    [SkippableFact]
    public void A_folder_that_others_may_write_to_is_not_used()
    {
        MachineConfiguration guest = Keep("bench-crc");
        Skip.If(OperatingSystem.IsWindows(), "Unix permissions");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherWrite);

        AssertUnused(guest);
    }

    [Fact]
    public void What_is_no_archive_is_not_read_as_one()
    {
        Assert.Null(Archive.Read([], PatchTable.Read));
        Assert.Null(Archive.Read(Encoding.UTF8.GetBytes("DBT1 and then nothing that makes sense"), PatchTable.Read));
    }

    // The checksum is no defence against who may write to the file, so it is right in each of these.
    [Fact]
    public void A_file_that_somebody_made_is_no_archive_or_one_and_nothing_else()
    {
        LinearWindow window = new(0x8000_0000, 16 << 20, 0x4000_0000);
        ArchiveKey key = new("guest", window, PatchTables.Of(PatchPolicy.Full, ProcessorModel.Mips24Kf));
        Region region = new([new RegionBlock(0x8010_0000, [0x0000_0000, 0x1000_fffe, 0x0000_0000], true)], new HashSet<uint> { 0x8010_0004 }, false, new HashSet<uint> { 0x8010_0000 });
        TranslationContext context = new(BaseExpectation.Kseg0, FloatMode.Fast, false, window, key.Patches);
        byte[] good = new Archive(key, "image.dll", 1, [new SavedRegion(region, context, 3), new SavedRegion(region, context, 4)]).ToBytes();
        Assert.Equal(2, Archive.Read(good, key)!.Regions.Count);

        int read = 0, refused = 0;
        for (int at = 8; at < good.Length; at++)
        {
            foreach (byte flipped in (byte[])[0x01, 0x80, 0xff])
            {
                byte[] bytes = [.. good];
                bytes[at] ^= flipped;
                Count(bytes);
            }
            Count(good[..at]);
        }
        Assert.True(read > 100 && refused > 1000, $"{read} read, {refused} refused");
        int before = refused;
        Count([.. good, 0]);
        Assert.Equal(before + 1, refused);

        void Count(byte[] bytes)
        {
            uint checksum = uint.MaxValue;
            int words = (bytes.Length - 8) / 8;
            for (int i = 0; i < words; i++)
                checksum = BitOperations.Crc32C(checksum, BitConverter.ToUInt64(bytes, 8 + 8 * i));
            foreach (byte value in bytes.AsSpan(8 + 8 * words))
                checksum = BitOperations.Crc32C(checksum, value);
            BitConverter.TryWriteBytes(bytes.AsSpan(4), ~checksum);
            if (Archive.Read(bytes, PatchTable.Read) is null)
                refused++;
            else
                read++;
        }
    }

    [SkippableTheory]
    [InlineData(".regions")]
    [InlineData(".dll")]
    public void A_folder_that_has_the_name_of_what_is_kept_is_left_there_and_no_reason_to_fail(string suffix)
    {
        MachineConfiguration guest = Keep("kernel");
        string pending;
        using (VirtualMachine machine = new(guest with { TranslationFolder = Path.Combine(_folder, "other") }))
        {
            GuestRun.Of(machine);
            string saved = machine.Cpu.Engine.Translations!.Save()!;
            pending = Path.Combine(_folder, Path.GetFileName(saved));
            File.Move(saved, pending);
        }
        string kept = Directory.GetFiles(_folder, "*" + suffix).Single();
        File.Delete(kept);
        Directory.CreateDirectory(kept);

        ArchiveStore.CompilePending(pending, PatchTable.Read);

        Assert.True(Directory.Exists(kept));
        Assert.Equal(GuestRun.Of(guest with { TranslationFolder = null }), GuestRun.Of(guest));
    }

    private static void AssertUnused(MachineConfiguration guest)
    {
        (GuestRun run, TranslationStatistics translation) = Run(guest);

        Assert.Equal(0, translation.Reused);
        Assert.Equal(GuestRun.Of(guest with { TranslationFolder = null }), run);
    }

    private MachineConfiguration Guest(string rom) => new()
    {
        Kernel = EmbeddedRoms.Load(rom)!.Kernel,
        KernelName = rom,
        CommandLine = rom == "kernel" ? "exec=demo" : "n=1",
        MemoryBytes = 16 << 20,
        JitThreshold = 200,
        TranslateInBackground = false,
        TranslationFolder = _folder,
    };

    /// <summary>Runs a guest once, and keeps what was translated.</summary>
    private MachineConfiguration Keep(string rom)
    {
        Skip.If(AheadCompiler.Crossgen is null, "needs the crossgen2 package of this runtime");
        MachineConfiguration guest = Guest(rom);
        using VirtualMachine machine = new(guest);
        GuestRun.Of(machine);
        Assert.True(machine.Cpu.Engine.Translations!.Save() is { } pending && ArchiveStore.CompilePending(pending, PatchTable.Read));
        return guest;
    }

    private static (GuestRun Run, TranslationStatistics Translation) Run(MachineConfiguration guest)
    {
        using VirtualMachine machine = new(guest);
        return (GuestRun.Of(machine), machine.Cpu.Engine.Translations!.Statistics);
    }
}
