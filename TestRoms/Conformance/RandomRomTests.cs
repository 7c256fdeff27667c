using Dbt.Hypervisor;
using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>Random ROMs in lockstep; `perf -- conformance roms` runs more of them.</summary>
[Trait("Speed", "slow")]
public sealed class RandomRomTests
{
    [Theory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void Random_code_in_kernel_mode_does_what_it_does_on_the_interpreter(Engine engine) =>
        Assert.Null(RandomRom.FirstDivergence(first: 0, count: 12, engine));

    [Theory]
    [InlineData(Engine.Threaded)]
    [InlineData(Engine.Dbt)]
    public void A_random_root_and_its_random_guest_do_what_they_do_on_the_interpreter(Engine engine) =>
        Assert.Null(RandomRom.FirstDivergence(first: 0, count: 12, engine, withGuests: true));
}
