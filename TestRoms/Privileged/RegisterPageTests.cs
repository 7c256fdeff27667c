using System.Runtime.InteropServices;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Time;
using Xunit;

namespace Dbt.TestRoms.Privileged;

/// <summary>The register page as a KVM guest sees it: register rd, select sel at rd × 32 + sel × 4.</summary>
public sealed unsafe class RegisterPageTests : IDisposable
{
    private readonly GuestState* _state = (GuestState*)NativeMemory.AllocZeroed((nuint)sizeof(GuestState));
    private readonly Cop0 _cop0;
    private readonly RegisterPage _page;

    public RegisterPageTests()
    {
        _cop0 = new Cop0(_state, new Clock(), ProcessorModel.KvmGuest);
        _page = new RegisterPage(_cop0);
    }

    public void Dispose() => NativeMemory.Free(_state);

    [Theory]
    [InlineData(15 * 32, 0x0001_9300)]
    [InlineData(15 * 32 + 4, 0x4000_0000)]
    [InlineData(16 * 32 + 4, 0xfe19_0c82)]
    [InlineData(1024, 0)]
    public void A_load_reads_a_register_and_zero_behind_the_last(uint offset, uint value) => Assert.Equal(value, _page.Read(offset, 4));

    [Theory]
    [InlineData(15 * 32 + 1, 1, 0x93)]
    [InlineData(15 * 32 + 2, 2, 0x0001)]
    public void A_smaller_load_reads_its_bytes(uint offset, int bytes, uint value) => Assert.Equal(value, _page.Read(offset, bytes));

    [Fact]
    public void A_store_knows_no_read_only_bits()
    {
        _page.Write(15 * 32, 4, 0xdead_beef);

        Assert.Equal(0xdead_beef, _cop0[Cop0Register.PrId]);
    }

    [Fact]
    public void A_store_behind_the_last_register_changes_none()
    {
        uint[] before = [.. Enumerable.Range(0, 256).Select(register => _cop0[register])];

        _page.Write(1024, 4, 1);
        _page.Write(RegisterPage.Bytes - 4, 4, 1);

        Assert.Equal(before, Enumerable.Range(0, 256).Select(register => _cop0[register]));
    }
}
