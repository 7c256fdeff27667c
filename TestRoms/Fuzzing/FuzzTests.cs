using Xunit;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>Whatever dbt is given, it takes it or says in a line why not; `perf -- conformance fuzz` tries more.</summary>
[Trait("Speed", "slow")]
[Trait("Order", "first")]
public sealed class FuzzTests
{
    [Fact]
    public void A_file_that_is_no_good_ELF_is_refused_or_runs() => Assert.Empty(ElfFuzz.Findings(first: 0, count: 200));

    [SkippableFact]
    public void A_file_for_the_guest_is_refused_or_found_by_the_kernel_as_it_is() => Assert.Empty(InitramfsFuzz.Findings(first: 0, count: 160));

    [Fact]
    public void Every_device_takes_any_access_and_holds_what_it_would_hold_again() => Assert.Empty(DeviceFuzz.Findings(first: 0, count: 4, accesses: 1000));

    [Fact]
    public void A_guest_changes_nothing_but_its_memory_whatever_its_root_says_of_it_and_engines_agree() => Assert.Empty(GuestContextFuzz.Findings(first: 0, count: 5));

    [Fact]
    public void A_command_line_is_run_or_refused_in_one_line() => Assert.Empty(OptionFuzz.Findings(first: 0, count: 6));
}

/// <summary>The same of kept translations, which have to be compiled first.</summary>
[Trait("Speed", "slow")]
public sealed class KeptFuzzTests
{
    [SkippableFact]
    public void Kept_translations_that_are_damaged_are_not_noticed_in_the_run() => Assert.Empty(KeptFuzz.Findings(first: 0, count: 6));
}
