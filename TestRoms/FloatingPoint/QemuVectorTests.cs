using System.Globalization;
using System.Text;
using Dbt.Runtime.FloatingPoint;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>Replays what qemu-mipsel's 24Kf did (TestRoms/oracle/fpu/record.sh), in every format, rounding mode and setting of FS.</summary>
public sealed class QemuVectorTests
{
    private static readonly ILookup<int, RecordedVector> Vectors = RecordedVectors.Read().ToLookup(vector => vector.Code);

    public static TheoryData<FpOperation> Operations => [.. Enum.GetValues<FpOperation>()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Every_operation_gives_the_result_and_status_that_QEMU_recorded_except_where_the_manual_differs(FpOperation operation) =>
        Replay((int)operation);

    [Theory]
    [MemberData(nameof(Conditions))]
    public void Every_comparison_gives_the_condition_and_status_that_QEMU_recorded(int condition) =>
        Replay(RecordedVectors.Compare + condition);

    public static TheoryData<int> Conditions => [.. Enumerable.Range(0, 16)];

    [Theory]
    [InlineData(0x7fc00000, "a signalling NaN given to ABS and NEG")]
    [InlineData(0xffbfffff, "a quiet NaN kept, and its sign with ABS, NEG, NMADD")]
    public void The_exceptions_made_for_QEMU_are_needed(uint operand, string why) =>
        Assert.True(
            Vectors[(int)FpOperation.Absolute].Any(v => v.Format == FpFormat.Single && v.A == operand && QemuDepartures.Corrected(v) != v),
            why);

    [Fact]
    public void QEMU_is_contradicted_only_where_there_is_a_NaN_or_FS_is_set()
    {
        foreach (RecordedVector v in Vectors.SelectMany(vectors => vectors))
        {
            if (QemuDepartures.FlushesDifferently(v))
                Assert.NotEqual(0u, v.Before & Fcsr.FlushToZero);
            FloatingFormat format = FloatingFormat.Of(v.Format);
            if (QemuDepartures.Corrected(v) != v)
                Assert.True(format.IsNaN(v.A) || format.IsNaN(v.B) || format.IsNaN(v.C) || format.IsNaN(v.Result), Describe(v));
        }
    }

    private static void Replay(int code)
    {
        StringBuilder mismatches = new();
        int compared = 0;
        int wrong = 0;
        foreach (RecordedVector recorded in Vectors[code])
        {
            if (QemuDepartures.FlushesDifferently(recorded))
                continue;
            compared++;
            RecordedVector expected = QemuDepartures.Corrected(recorded);
            RecordedVector actual = Execute(recorded);
            if (actual == expected || ++wrong > 10)
                continue;
            mismatches.AppendLine(CultureInfo.InvariantCulture, $"{Describe(expected)}, but was {actual.Result:x} with FCSR {actual.After:x8}");
        }
        Assert.True(compared > 500, $"only {compared} vectors");
        Assert.True(wrong == 0, $"{wrong} of {compared} differ:\n{mismatches}");
    }

    private static RecordedVector Execute(RecordedVector v)
    {
        uint fcsr = v.Before;
        bool trap;
        ulong result = 0;
        if (v.Code < RecordedVectors.Compare)
        {
            result = FpUnit.Execute((FpOperation)v.Code, v.Format, v.A, v.B, v.C, ref fcsr, out trap);
        }
        else
        {
            bool holds = FpUnit.Compare(v.Code - RecordedVectors.Compare, v.Format, v.A, v.B, ref fcsr, out trap);
            fcsr = Fcsr.WithConditionCode(fcsr, 0, holds);
        }
        Assert.False(trap);
        return v with { Result = result, After = fcsr };
    }

    private static string Describe(RecordedVector v)
    {
        string name = v.Code < RecordedVectors.Compare ? $"{(FpOperation)v.Code}" : $"C.{v.Code - RecordedVectors.Compare}";
        return $"{name} {v.Format} {Fcsr.Rounding(v.Before)} ({v.A:x}, {v.B:x}, {v.C:x}) with FCSR {v.Before:x8} is {v.Result:x} with FCSR {v.After:x8}";
    }
}
