using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Xunit;

namespace Dbt.TestRoms.Privileged;

/// <summary>The register page as a guest sees it: register rd, select sel at rd × 32 + sel × 4.</summary>
public sealed class RegisterPageTests : IDisposable
{
    private readonly VirtualMachine _machine = new(PatchedLoop.Machine(PatchedLoop.KvmBase, PatchPolicy.Kvm, Engine.Interp));

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(15 * 32, 0x0001_9300)]
    [InlineData(15 * 32 + 4, 0x4000_0000)]
    [InlineData(16 * 32 + 4, 0xfe19_0c82)]
    [InlineData(1024, 0)]
    [InlineData(RegisterPage.Bytes - 4, 0)]
    public void A_load_reads_a_register_and_zero_behind_the_last(uint offset, uint value) =>
        Assert.Equal(value, Word(AddressMap.KvmGuest.RegisterPage!.Value + offset));

    [Theory]
    [InlineData(15 * 32 + 1, 0x93)]
    [InlineData(15 * 32 + 2, 0x01)]
    public void A_smaller_load_reads_its_byte(uint offset, byte value)
    {
        Span<byte> read = stackalloc byte[1];

        Assert.True(_machine.Cpu.Memory.Virtual.TryCopy(AddressMap.KvmGuest.RegisterPage!.Value + offset, read));

        Assert.Equal(value, read[0]);
    }

    [Fact]
    public void A_big_endian_guest_finds_its_own_byte_order()
    {
        using VirtualMachine machine = new(PatchedLoop.Machine(PatchedLoop.KvmBase, PatchPolicy.Kvm, Engine.Interp, ByteOrder.Big));
        byte[] read = new byte[4];

        Assert.True(machine.Cpu.Memory.Virtual.TryCopy(AddressMap.KvmGuest.RegisterPage!.Value + 15 * 32, read));

        Assert.Equal([0x00, 0x01, 0x93, 0x00], read);
        Assert.Equal(0x0001_9300u, machine.Cpu.Context.Cop0[Cop0Register.PrId]);
    }

    [Theory]
    [InlineData(Engine.Interp, ByteOrder.Little)]
    [InlineData(Engine.Interp, ByteOrder.Big)]
    [InlineData(Engine.Threaded, ByteOrder.Big)]
    [InlineData(Engine.Dbt, ByteOrder.Big)]
    public void What_a_patched_instruction_moves_is_the_register_whatever_order_the_page_has(
        Engine engine, ByteOrder order)
    {
        MachineConfiguration loop = PatchedLoop.Machine(PatchedLoop.KvmBase, PatchPolicy.Kvm, engine, order);
        using VirtualMachine machine = new(loop with { PatchInMemory = false });
        machine.Run(default);

        Assert.InRange(machine.Exits[ExitCounter.Mfc0], 1, 2);
        Assert.Equal(machine.Cpu.Context.Cop0[Cop0Register.Status], machine.Cpu.Register(PatchedLoop.Read));
    }

    [Fact]
    public void It_is_the_registers_and_not_a_copy_of_them()
    {
        _machine.Cpu.Context.Cop0[Cop0Register.Epc] = 0xdead_beef;

        Assert.Equal(0xdead_beef, Word(AddressMap.KvmGuest.RegisterPage!.Value + 14 * 32));
    }

    [Fact]
    public void Elsewhere_it_is_at_the_end_of_the_address_space_if_KVM_s_patches_are_written_into_memory_and_nowhere_if_not()
    {
        MachineConfiguration loop = PatchedLoop.Machine(PatchedLoop.KernelBase, PatchPolicy.Kvm, Engine.Interp);
        using VirtualMachine machine = new(loop), other = new(loop with { PatchInMemory = false });
        byte[] read = new byte[4];

        Assert.True(machine.Cpu.Memory.Virtual.TryCopy(0xffff_c000 + 15 * 32, read));
        Assert.Equal(0x0001_9300u, BitConverter.ToUInt32(read));
        Assert.False(other.Cpu.Memory.Virtual.TryCopy(0xffff_c000 + 15 * 32, read));
    }

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Threaded)]
    public void Kernel_mode_sees_it_whatever_the_TLB_says_is_there(Engine engine)
    {
        MachineConfiguration guest = SmallGuest.Of(
            SmallGuest.KvmStart,
            0x4080_6000,        //    mtc0  zero, Status
            0x3409_5001,        //    li    t1, 0x5001
            0x8d2a_0000);       //    lw    t2, (t1): an address error in the page's second 4 KB
        using VirtualMachine machine = new(guest with { Engine = engine });
        SmallGuest.Put(machine, 0x4000_0180,
            0x3408_4000,        //    li    t0, 0x4000
            0x4088_5000,        //    mtc0  t0, EntryHi
            0x3408_801f,        //    li    t0, 0x801f
            0x4088_1000,        //    mtc0  t0, EntryLo0: physical 0x200000
            0x4088_1800,        //    mtc0  t0, EntryLo1: the same
            0x4080_2800,        //    mtc0  zero, PageMask
            0x4080_0000,        //    mtc0  zero, Index
            0x4200_0002,        //    tlbwi
            0x3409_5000,        //    li    t1, 0x5000
            0x8d2a_0000,        //    lw    t2, (t1)
            0x1000_ffff);       // 1: b     1b
        SmallGuest.Put(machine, 0x4020_0000, 0x1234_5678);

        machine.RunTo(1000, CancellationToken.None);

        Assert.Equal(0x4000_01a8u, machine.Cpu.Pc);
        Assert.Equal(0u, machine.Cpu.Register(10));
    }

    private uint Word(uint address)
    {
        byte[] read = new byte[4];
        Assert.True(_machine.Cpu.Memory.Virtual.TryCopy(address, read));
        return BitConverter.ToUInt32(read);
    }
}
