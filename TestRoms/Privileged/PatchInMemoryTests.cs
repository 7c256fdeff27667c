using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Hypervisor.Sharing;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Lockstep;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Translator;
using Xunit;

namespace Dbt.TestRoms.Privileged;

/// <summary>Patches that are written into the guest's memory, as Linux KVM wrote its own.</summary>
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class PatchInMemoryTests
{
    public static TheoryData<uint, PatchPolicy, string, Engine, ByteOrder> Guests
    {
        get
        {
            TheoryData<uint, PatchPolicy, string, Engine, ByteOrder> guests = [];
            foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
            {
                foreach (Engine engine in Enum.GetValues<Engine>())
                {
                    guests.Add(PatchedLoop.KvmBase, PatchPolicy.Kvm, "lw $t0, 0x4180($zero)", engine, order);
                    guests.Add(PatchedLoop.KernelBase, PatchPolicy.Kvm, "lw $t0, -0x3e80($zero)", engine, order);
                    guests.Add(PatchedLoop.KvmBase, PatchPolicy.Full, "mfc0.pv $t0, $12, 0", engine, order);
                    guests.Add(PatchedLoop.KernelBase, PatchPolicy.Full, "mfc0.pv $t0, $12, 0", engine, order);
                }
            }
            return guests;
        }
    }

    [Theory]
    [MemberData(nameof(Guests))]
    public void The_guest_reads_the_replacement_back_and_what_it_writes_over_it_traps_again(
        uint start, PatchPolicy policy, string replacement, Engine engine, ByteOrder order)
    {
        using VirtualMachine machine = new(PatchedLoop.Machine(start, policy, engine, order));

        machine.Run(CancellationToken.None);

        Assert.Equal(replacement, Disassembler.Format(machine.Cpu.Register(PatchedLoop.Found), 0));
        Assert.Equal(PatchedLoop.Instruction, machine.Cpu.Register(PatchedLoop.Written));
        Assert.Equal(machine.Cpu.Context.Cop0[Cop0Register.Status], machine.Cpu.Register(PatchedLoop.Read));
        Assert.Equal(2, machine.Exits[ExitCounter.Mfc0]);
        Assert.Equal(2, machine.Cpu.Patcher.Count);
    }

    [Theory]
    [InlineData("exceptions", PatchPolicy.Kvm, ByteOrder.Little)]
    [InlineData("exceptions", PatchPolicy.Full, ByteOrder.Little)]
    [InlineData("tlb", PatchPolicy.Kvm, ByteOrder.Little)]
    [InlineData("tlb", PatchPolicy.Full, ByteOrder.Little)]
    [InlineData("kernel", PatchPolicy.Kvm, ByteOrder.Little)]
    [InlineData("kernel", PatchPolicy.Full, ByteOrder.Little)]
    [InlineData("kernel", PatchPolicy.Full, ByteOrder.Big)]
    public void Every_engine_holds_the_same_with_it(string rom, PatchPolicy policy, ByteOrder order)
    {
        MachineConfiguration machine = GuestRun.Rom(rom, order) with { Patch = policy, PatchInMemory = true, JitThreshold = 2 };

        LockstepResult result = SideBySide.Run(new LockstepPlan { Machine = machine, Step = 1000 });

        Assert.Null(result.Divergence);
        Assert.Equal(StopReason.PoweredOff, result.Reason);
    }

    [Theory]
    [InlineData(PatchPolicy.Kvm)]
    [InlineData(PatchPolicy.Full)]
    public void It_has_no_more_exits_than_patches_in_the_translation_and_the_same_on_every_engine(PatchPolicy policy)
    {
        MachineConfiguration rom = GuestRun.Rom(EmbeddedRoms.TeachingKernel) with { Patch = policy, PatchInMemory = true };
        long exits = Exits(rom);

        Assert.InRange(exits, 1, Exits(rom with { PatchInMemory = false }));
        Assert.Equal(exits, Exits(rom with { Engine = Engine.Interp }));
        Assert.Equal(exits, Exits(rom with { Engine = Engine.Threaded }));
    }

    [SkippableFact]
    public void A_shared_page_becomes_the_machine_s_own_before_it_is_patched()
    {
        MachineConfiguration loop = PatchedLoop.Machine(PatchedLoop.KernelBase, PatchPolicy.Full, Engine.Interp);
        using VirtualMachine one = new(loop), other = new(loop);
        using PageSharing sharing = PageSharing.Create() ?? throw new SkipException("this host cannot map single pages");
        foreach (VirtualMachine machine in new[] { one, other })
            sharing.Join(machine);
        foreach (VirtualMachine machine in new[] { one, other })
            sharing.Scan(machine, machine.Memory.Frames);
        int frame = (int)(AddressMap.Physical(PatchedLoop.KernelBase) >> ShadowTlb.PageShift);
        Assert.Equal(FrameState.Shared, one.Memory[frame]);
        Assert.Equal(FrameState.Shared, other.Memory[frame]);

        // As far as the first turn of the loop.
        while (one.Cpu.Patcher.Count == 0)
            one.RunTo(one.Cpu.Time.Retired + 1, CancellationToken.None);

        Assert.Equal(FrameState.Private, one.Memory[frame]);
        Assert.NotEqual(PatchedLoop.Instruction, BitConverter.ToUInt32(one.Ram.Page(frame)[(int)PatchedLoop.Offset..]));
        Assert.Equal(PatchedLoop.Instruction, BitConverter.ToUInt32(other.Ram.Page(frame)[(int)PatchedLoop.Offset..]));
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_guest_that_runs_the_register_page_as_code_harms_itself_only(Engine engine)
    {
        const uint StoreToStatus = 0xac00_4180;
        MachineConfiguration loop = PatchedLoop.Machine(PatchedLoop.KvmBase, PatchPolicy.Kvm, engine);
        byte[] image = PatchedLoop.Image(PatchedLoop.KvmBase, instruction: 0x0000_0000);
        // $s1 counts down to 0 first; then: sw $zero, Status; addiu $t0, $zero, 0x4180; jr $t0.
        uint[] jump = [StoreToStatus, 0x2408_4180, 0x0100_0008, 0];
        for (int i = 0; i < jump.Length; i++)
            BitConverter.TryWriteBytes(image.AsSpan(Loading.ElfFile.SegmentOffset + 0x18 + 4 * i), jump[i]);
        Assert.Equal("sw $zero, 0x4180($zero)", Disassembler.Format(StoreToStatus, 0));

        using VirtualMachine machine = new(loop with { Kernel = image });
        StopReason end = machine.Run(CancellationToken.None).Reason;

        Assert.Equal(StopReason.InstructionLimit, end);
        Assert.InRange(machine.Cpu.Time.Retired, 50_000, 50_001);
    }

    [Fact]
    public void Where_nothing_was_patched_the_paravirtual_form_is_a_reserved_instruction()
    {
        MachineConfiguration machine = PatchedLoop.Machine(PatchedLoop.KernelBase, PatchPolicy.Full, Engine.Dbt) with
        {
            Kernel = PatchedLoop.Image(PatchedLoop.KernelBase, instruction: 0x4188_6000),
            PatchInMemory = false,
        };
        Assert.Equal("mfc0.pv $t0, $12, 0", Disassembler.Format(0x4188_6000, 0));

        Assert.True(Account(machine)[ExitCounter.ReservedInstruction] > 0);
        Assert.Equal(0, Account(machine with { PatchInMemory = true })[ExitCounter.ReservedInstruction]);
    }

    [Fact]
    public void Without_a_policy_there_is_nothing_to_write()
    {
        var refused = Assert.Throws<GuestSetupException>(() => new VirtualMachine(PatchedLoop.Machine(PatchedLoop.KernelBase, PatchPolicy.None, Engine.Dbt)));

        Assert.Contains("--patch kvm or full", refused.Message, StringComparison.Ordinal);
    }

    private static long Exits(MachineConfiguration configuration)
    {
        using VirtualMachine machine = new(configuration);
        Assert.Equal(StopReason.PoweredOff, machine.Run(CancellationToken.None).Reason);
        return machine.Exits.Instructions;
    }

    private static ExitAccount Account(MachineConfiguration configuration)
    {
        using VirtualMachine machine = new(configuration);
        machine.Run(CancellationToken.None);
        return machine.Exits;
    }
}
