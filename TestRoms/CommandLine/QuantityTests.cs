using Dbt.Tool.Options;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("1", 1L)]
    [InlineData("250000", 250_000L)]
    [InlineData("500k", 500_000L)]
    [InlineData("10M", 10_000_000L)]
    [InlineData("1.5G", 1_500_000_000L)]
    [InlineData("1e9", 1_000_000_000L)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("0.5", null)]
    [InlineData("", null)]
    [InlineData("G", null)]
    [InlineData("1e30", null)]
    [InlineData("9999999T", null)]
    public void Counts_are_read_as_people_type_them(string text, long? expected) =>
        Assert.Equal(expected, Quantity.ParseCount(text));

    [Theory]
    [InlineData("16", 16UL << 20)]
    [InlineData("256", 256UL << 20)]
    [InlineData("512M", 512UL << 20)]
    [InlineData("2g", 2UL << 30)]
    [InlineData("2048", 2UL << 30)]
    [InlineData("15", null)]
    [InlineData("2049", null)]
    [InlineData("64K", null)]
    [InlineData("99999999999G", null)]
    [InlineData("64MB", null)]
    public void Memory_is_between_16_megabytes_and_2_gigabytes(string text, ulong? expected) =>
        Assert.Equal(expected, Quantity.ParseMemory(text));
}
