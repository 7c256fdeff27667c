using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.CommandLine;
using Dbt.TestRoms.Lockstep;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Privileged;

/// <summary>Policy <c>vz</c>: an unmodified kernel in a guest context, whose root is the hypervisor.</summary>
public sealed class GuestContextTests(GuestContextTests.Entered guest) : IClassFixture<GuestContextTests.Entered>
{
    public static TheoryData<string, ExitCounter, uint[]> RootS => new()
    {
        { "mfc0 t0, PRId", ExitCounter.VzGpsi, [0x4008_7800] },
        { "mfc0 t0, Config7", ExitCounter.VzGpsi, [0x4008_8007] },
        { "mtc0 t0, Count", ExitCounter.VzGpsi, [0x4088_4800] },
        { "mfc0 t0, Debug", ExitCounter.VzGpsi, [0x4008_b800] },
        { "wait", ExitCounter.VzGpsi, [0x4200_0020] },
        { "cache 8, 0(zero)", ExitCounter.VzGpsi, [0xbc08_0000] },
        { "Status ^= BEV", ExitCounter.VzGsfc, [0x4008_6000, 0x3c09_0040, 0x0109_4026, 0x4088_6000] },
        { "Cause ^= IV", ExitCounter.VzGsfc, [0x4008_6800, 0x3c09_0080, 0x0109_4026, 0x4088_6800] },
        { "hypcall", ExitCounter.VzHc, [0x4200_0028] },
        { "jr to where no memory is", ExitCounter.VzGpa, [0x3c09_bb00, 0x0120_0008, 0, 0] },
        { "lbu t0, from a serial port", ExitCounter.MmioLoad, [0x3c09_b800, 0x9128_03fd] },
    };

    public static TheoryData<string, uint[]> TheGuestS => new()
    {
        { "mfc0 t0, EPC", [0x4008_7000] },
        { "mtc0 t0, EntryHi", [0x4088_5000] },
        { "mfc0 t0, Count", [0x4008_4800] },
        { "mtc0 t0, Compare", [0x4088_5800] },
        { "mfc0 t0, WatchLo", [0x4008_9000] },
        { "Status ^= CU1", [0x4008_6000, 0x3c09_2000, 0x0109_4026, 0x4088_6000] },
        { "di t0; ei", [0x4168_6000, 0x4160_6020] },
        { "tlbwi; tlbwr; tlbp; tlbr", [0x4200_0002, 0x4200_0006, 0x4200_0008, 0x4200_0001] },
        { "cache 0, 0(zero)", [0xbc00_0000] },
        { "cache 16, 0(t1)", [0x3c09_8010, 0xbd30_0000] },
        { "rdhwr v1, CC", [0x7c03_103b] },
        { "syscall", [0x0000_000c] },
        { "lw t0, 0(zero), which the TLB has not", [0x8c08_0000] },
        { "add.s without coprocessor 1", [0x4600_0000] },
        { "mfgc0, which is reserved", [0x4068_6000] },
    };

    [Theory]
    [MemberData(nameof(RootS))]
    public void What_root_has_kept_is_an_exit_under_its_reason(string what, ExitCounter reason, uint[] words) =>
        Assert.True(Exits(words) is [var only] && only == (reason, 1), what);

    [Theory]
    [MemberData(nameof(TheGuestS))]
    public void What_is_the_guest_s_own_is_none(string what, uint[] words) => Assert.True(Exits(words) is [], what);

    [Fact]
    public void Exits_about_registers_are_counted_by_register()
    {
        ExitAccount exits = guest.Machine.Exits;
        (long name, long back) = (exits.OfRegister(Cop0Register.PrId), exits.OfRegister(Cop0Register.Epc));

        Exits([0x4008_7800, 0x4008_7000, 0x4008_7800]);

        Assert.Equal((name + 2, back), (exits.OfRegister(Cop0Register.PrId), exits.OfRegister(Cop0Register.Epc)));
    }

    [Fact]
    public void Devices_are_what_KVM_counts_as_guest_physical_addresses()
    {
        Assert.Equal("vz_gpa", guest.Machine.Exits.KvmCounterOf(ExitCounter.MmioStore));
        Assert.Equal("", guest.Machine.Exits.KvmCounterOf(ExitCounter.CodeStore));
    }

    [Fact]
    public void What_does_not_go_with_it_is_refused_in_a_line()
    {
        MachineConfiguration machine = GuestRun.Rom("timer") with { Patch = PatchPolicy.Vz };

        Assert.Equal(
            "--patch vz makes the hypervisor root, and with --cpu 24Kf-vz the kernel is: leave out one of the two",
            RefusalOf(machine with { Processor = ProcessorModel.Mips24KfVz }));
        Assert.Equal("--patch vz leaves the guest its TLB: only --l2tlb 0 goes with it", RefusalOf(machine with { SecondLevelTlb = 64 }));
        Assert.Equal("--patch vz leaves the guest its TLB: leave out --shadow-page-tables", RefusalOf(machine with { ShadowPageTables = true }));
        Assert.Equal("--patch vz leaves nothing to be patched in memory: choose --patch kvm or full", RefusalOf(machine with { PatchInMemory = true }));
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Machines_run_side_by_side_in_guest_contexts()
    {
        (int status, string output, string errors) = DbtProcess.Run("machines", "tlb", "timer", "--patch", "vz", "--memory", "32M");

        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("tlb | ROM-OK", output, StringComparison.Ordinal);
        Assert.Contains("timer | ROM-OK", output, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void Translated_code_holds_in_it_what_the_interpreter_holds(ByteOrder order)
    {
        LockstepResult result = SideBySide.Run(Plan("kernel", order));

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData("exceptions")]
    [InlineData("cop0")]
    [InlineData("tlb")]
    [InlineData("timer")]
    public void A_guest_cannot_tell_a_guest_context_from_trap_and_emulate(string rom)
    {
        LockstepResult result = SideBySide.Run(Plan(rom, ByteOrder.Little) with { ReferencePatch = PatchPolicy.None });

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    private static string RefusalOf(MachineConfiguration machine) =>
        Assert.Throws<GuestSetupException>(() => new VirtualMachine(machine)).Message;

    private static LockstepPlan Plan(string rom, ByteOrder order) => new()
    {
        Machine = GuestRun.Rom(rom, order) with { Patch = PatchPolicy.Vz, JitThreshold = 2 },
        Step = 1000,
    };

    // What some words cause in the guest as it was entered, but for what the end of a grant or of code does.
    private unsafe (ExitCounter, long)[] Exits(uint[] words)
    {
        VirtualMachine machine = guest.Machine;
        uint place = guest.NextPlace();
        SmallGuest.Put(machine, place, words);
        machine.Cpu.Context.Cop0[Cop0Register.Status] = guest.Status;
        machine.Cpu.Context.IsWaiting = false;
        machine.Cpu.Context.NoteModeChange();
        machine.Cpu.State->Pc = place;
        Dictionary<ExitCounter, long> before = machine.Exits.All.ToDictionary(exit => exit.Counter, exit => exit.Count);
        machine.RunTo(machine.Cpu.Time.Retired + words.Length, CancellationToken.None);
        return
        [
            .. machine.Exits.All.Select(exit => (exit.Counter, exit.Count - before[exit.Counter]))
                .Where(exit => exit.Item2 > 0 && exit.Counter is not (ExitCounter.Budget or ExitCounter.CodeStore)),
        ];
    }

    /// <summary>A guest that has just been entered, and has room for what tests want it to execute.</summary>
    public sealed class Entered : IDisposable
    {
        private uint _next = SmallGuest.Start;

        public Entered()
        {
            while (Machine.Cpu.Pc != SmallGuest.Start)
                Machine.RunTo(Machine.Cpu.Time.Retired + 1, CancellationToken.None);
            Status = Machine.Cpu.Context.Cop0[Cop0Register.Status];
        }

        internal VirtualMachine Machine { get; } = new(SmallGuest.Of(SmallGuest.Start) with { Patch = PatchPolicy.Vz, Engine = Engine.Interp });

        /// <summary>Status, as the guest was entered with.</summary>
        internal uint Status { get; }

        public void Dispose() => Machine.Dispose();

        internal uint NextPlace() => _next += 0x1000;
    }
}
