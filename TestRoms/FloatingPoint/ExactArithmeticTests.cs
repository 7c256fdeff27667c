using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>The floating-point unit does what exact arithmetic, rounded once, gives: results, Cause, Flags and traps; `perf -- conformance float` tries more.</summary>
public sealed class ExactArithmeticTests
{
    public static TheoryData<int, FpFormat> All
    {
        get
        {
            TheoryData<int, FpFormat> data = [];
            foreach ((int code, FpFormat format) in ExactComparison.All)
                data.Add(code, format);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void An_operation_gives_the_exact_result_rounded_once_and_reports_what_it_must(int code, FpFormat format) =>
        Assert.Null(ExactComparison.FirstDifference(code, format, seed: 0, count: 4000));
}
