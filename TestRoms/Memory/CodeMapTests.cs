using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Memory;

public sealed class CodeMapTests : IDisposable
{
    private readonly StoreGuard _guard = new(2);
    private readonly CodeMap _code;
    private readonly List<int> _invalidated = [];

    public CodeMapTests()
    {
        _code = new CodeMap(2, _guard);
        _code.Invalidated += _invalidated.Add;
        _code.Mark(1, 0x100, 0x48);
    }

    public void Dispose()
    {
        _code.Dispose();
        _guard.Dispose();
    }

    [Theory]
    [InlineData(0x0fc, 4)]
    [InlineData(0x0f8, 8)]
    [InlineData(0x180, 4)]
    [InlineData(0xffc, 4)]
    public void A_store_beside_the_granules_with_code_changes_nothing(int offset, int length)
    {
        _code.Store(1, offset, length);

        Assert.True(_code.HoldsCode(1));
        Assert.Empty(_invalidated);
        Assert.Equal(0ul, _code.Changes);
    }

    [Theory]
    [InlineData(0x100, 1)]
    [InlineData(0x13f, 1)]
    [InlineData(0x17f, 1)]
    [InlineData(0x0fc, 8)]
    public void A_store_to_a_granule_with_code_ends_the_frame_s_generation(int offset, int length)
    {
        _code.Store(1, offset, length);

        Assert.Equal([1], _invalidated);
        Assert.Equal(1u, _code.Generation(1));
        Assert.Equal(0u, _code.Generation(0));
        Assert.False(_code.HoldsCode(1));
    }

    [Fact]
    public void The_whole_frame_may_hold_code()
    {
        _code.Mark(0, 0, 4096);

        _code.Store(0, 4092, 4);

        Assert.False(_code.HoldsCode(0));
        Assert.Equal([0], _invalidated);
    }

    [Fact]
    public void Every_listener_hears_of_a_frame_s_first_code_and_of_its_end()
    {
        List<int> found = [], alsoFound = [], alsoInvalidated = [];
        _code.Found += found.Add;
        _code.Found += alsoFound.Add;
        _code.Invalidated += alsoInvalidated.Add;

        _code.Mark(0, 0, 64);
        _code.Mark(0, 64, 64);
        _code.Mark(1, 0, 64);
        _code.Store(0, 0, 4);

        Assert.Equal([0], found);
        Assert.Equal([0], alsoFound);
        Assert.Equal([0], _invalidated);
        Assert.Equal([0], alsoInvalidated);
    }
}
