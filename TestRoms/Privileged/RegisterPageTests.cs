using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
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

        Assert.True(_machine.Cpu.TryCopy(AddressMap.KvmGuest.RegisterPage!.Value + offset, read));

        Assert.Equal(value, read[0]);
    }

    [Fact]
    public void It_is_the_registers_and_not_a_copy_of_them()
    {
        _machine.Cpu.Cop0[Cop0Register.Epc] = 0xdead_beef;

        Assert.Equal(0xdead_beef, Word(AddressMap.KvmGuest.RegisterPage!.Value + 14 * 32));
    }

    [Fact]
    public void Elsewhere_it_is_at_the_end_of_the_address_space_if_KVM_s_patches_are_written_into_memory_and_nowhere_if_not()
    {
        MachineConfiguration loop = PatchedLoop.Machine(PatchedLoop.KernelBase, PatchPolicy.Kvm, Engine.Interp);
        using VirtualMachine machine = new(loop), other = new(loop with { PatchInMemory = false });
        byte[] read = new byte[4];

        Assert.True(machine.Cpu.TryCopy(0xffff_c000 + 15 * 32, read));
        Assert.Equal(0x0001_9300u, BitConverter.ToUInt32(read));
        Assert.False(other.Cpu.TryCopy(0xffff_c000 + 15 * 32, read));
    }

    private uint Word(uint address)
    {
        byte[] read = new byte[4];
        Assert.True(_machine.Cpu.TryCopy(address, read));
        return BitConverter.ToUInt32(read);
    }
}
