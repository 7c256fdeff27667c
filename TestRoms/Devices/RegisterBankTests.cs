using Dbt.Runtime.Devices;
using Xunit;

namespace Dbt.TestRoms.Devices;

public sealed class RegisterBankTests
{
    private readonly RegisterBank _bank = new("test", 16, hole: 0xee);

    [Fact]
    public void A_write_changes_only_the_bits_of_the_mask()
    {
        Register register = _bank.Add(0, "R", 4, reset: 0x1234_5678, mask: 0x0000_ffff);
        _bank.Write(0, 4, 0xabcd_ef01);
        Assert.Equal(0x1234_ef01u, register.Value);
    }

    [Fact]
    public void A_written_one_clears_and_a_written_zero_does_not()
    {
        Register register = _bank.Add(0, "R", 2, reset: 0xf00f, mask: 0, clearMask: 0xff00);
        _bank.Write(0, 2, 0x8001);
        Assert.Equal(0x700fu, register.Value);
    }

    [Fact]
    public void A_narrow_write_leaves_the_other_bytes_and_clears_none_of_their_bits()
    {
        Register register = _bank.Add(0, "R", 4, reset: 0xff00_0000, clearMask: 0xff00_0000);
        _bank.Write(1, 1, 0xaa);
        Assert.Equal(0xff00_aa00u, register.Value);
    }

    [Fact]
    public void A_wide_access_covers_several_registers_and_holes()
    {
        _bank.Add(0, "A", 1, reset: 0x11);
        _bank.Add(2, "B", 2, reset: 0x3322);
        Assert.Equal(0x3322_ee11u, _bank.Read(0, 4));
        _bank.Write(0, 4, 0xddcc_bbaa);
        Assert.Equal(0xddcc_eeaau, _bank.Read(0, 4));
    }

    [Fact]
    public void A_narrow_or_wide_read_reads_a_register_with_side_effects_once()
    {
        int reads = 0;
        _bank.Add(0, "A", 2, read: () => (uint)(0x4240 + reads++));
        Assert.Equal(0xeeee_4240u, _bank.Read(0, 4));
        Assert.Equal(0x42u, _bank.Read(1, 1));
        Assert.Equal(2, reads);
    }

    [Fact]
    public void Beyond_the_bank_is_a_hole() => Assert.Equal(0xeeeeu, _bank.Read(20, 2));
}
