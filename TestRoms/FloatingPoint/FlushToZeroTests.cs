using Dbt.Runtime.FloatingPoint;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>FCSR.FS: operands that are subnormal count as zero, tiny results become zero (MD00086, "FCSR", FS).</summary>
public sealed class FlushToZeroTests
{
    private const uint Tiny = (uint)(FpExceptions.Underflow | FpExceptions.Inexact);

    [Fact]
    public void A_subnormal_operand_acts_as_zero_of_its_sign()
    {
        foreach (RecordedVector v in RecordedVectors.Read())
        {
            if ((v.Before & Fcsr.FlushToZero) == 0 || v.Format >= FpFormat.Word || v.Code >= RecordedVectors.Compare)
                continue;
            FloatingFormat format = FloatingFormat.Of(v.Format);
            RecordedVector zeros = v with { A = format.Flushed(v.A), B = format.Flushed(v.B), C = format.Flushed(v.C) };
            Assert.Equal(Execute(zeros, (FpOperation)v.Code, v.Before), Execute(v, (FpOperation)v.Code, v.Before));
        }
    }

    [Fact]
    public void A_tiny_result_becomes_zero_of_its_sign_and_raises_underflow_and_inexact_and_any_other_is_as_without_FS()
    {
        foreach (RecordedVector v in RecordedVectors.Read())
        {
            var operation = (FpOperation)v.Code;
            bool rounds = operation is FpOperation.Add or FpOperation.Subtract or FpOperation.Multiply or FpOperation.Divide
                or FpOperation.Reciprocal or FpOperation.ConvertToSingle;
            if ((v.Before & Fcsr.FlushToZero) == 0 || v.Format >= FpFormat.Word || !rounds)
                continue;
            FloatingFormat format = FloatingFormat.Of(v.Format);
            FloatingFormat to = operation == FpOperation.ConvertToSingle ? FloatingFormat.Single : format;
            if (format.IsSubnormal(v.A) || format.IsSubnormal(v.B))
                continue;

            (ulong result, uint fcsr) = Execute(v, operation, v.Before & ~Fcsr.FlushToZero);
            if (to.IsSubnormal(result) || (Fcsr.Cause(fcsr) & FpExceptions.Underflow) != 0)
                (result, fcsr) = (result & to.SignBit, v.Before | Tiny << Fcsr.CauseShift | Tiny << Fcsr.FlagsShift);
            Assert.Equal((result, fcsr | Fcsr.FlushToZero), Execute(v, operation, v.Before));
        }
    }

    [Fact]
    public void A_number_that_rounds_up_to_the_smallest_normal_number_is_not_tiny()
    {
        // (1 − 2^-24) × 2^-126 would be the smallest normal number if rounded as a subnormal one, but 24 bits hold it exactly.
        Assert.Equal((0u, Tiny), Run(FpOperation.Multiply, FpRounding.ToNearest, 0x3f7fffff, 0x00800000, 0));
        // (1 − 2^-53) × 2^-126 rounds to 2^-126 within 24 bits, whatever the exponent.
        Assert.Equal((0x00800000u, (uint)FpExceptions.Inexact), Convert(0x380fffffffffffff, FpRounding.ToNearest));
        Assert.Equal((0u, Tiny), Convert(0x380fffffffffffff, FpRounding.TowardsZero));
    }

    [Fact]
    public void The_product_inside_a_multiply_add_is_flushed_on_its_own()
    {
        // 2^-126 × 0.5 is tiny; added to 2^-126 it would have been normal.
        Assert.Equal((0x00800000u, Tiny), Run(FpOperation.MultiplyAdd, FpRounding.ToNearest, 0x00800000, 0x3f000000, 0x00800000));
    }

    [Fact]
    public void Comparisons_see_zero_for_a_subnormal_operand()
    {
        const int Equal = 2;
        uint fcsr = Fcsr.FlushToZero;
        Assert.True(FpUnit.Compare(Equal, FpFormat.Single, 0x80000001, 0x007fffff, ref fcsr, out _));
        fcsr = 0;
        Assert.False(FpUnit.Compare(Equal, FpFormat.Single, 0x80000001, 0x007fffff, ref fcsr, out _));
    }

    private static (ulong Result, uint Fcsr) Execute(RecordedVector v, FpOperation operation, uint fcsr)
    {
        ulong result = FpUnit.Execute(operation, v.Format, v.A, v.B, v.C, ref fcsr, out _);
        return (result, fcsr);
    }

    private static (uint Result, uint Cause) Run(FpOperation operation, FpRounding rounding, uint a, uint b, uint c)
    {
        uint fcsr = Fcsr.FlushToZero | (uint)rounding;
        ulong result = FpUnit.Execute(operation, FpFormat.Single, a, b, c, ref fcsr, out _);
        return ((uint)result, (uint)Fcsr.Cause(fcsr));
    }

    private static (uint Result, uint Cause) Convert(ulong value, FpRounding rounding)
    {
        uint fcsr = Fcsr.FlushToZero | (uint)rounding;
        ulong result = FpUnit.Execute(FpOperation.ConvertToSingle, FpFormat.Double, value, 0, 0, ref fcsr, out _);
        return ((uint)result, (uint)Fcsr.Cause(fcsr));
    }
}
