using Dbt.Runtime.FloatingPoint;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>Cause, Enables and Flags of FCSR (MD00086, "FPU Exceptions").</summary>
public sealed class StatusTests
{
    private const ulong One = 0x3ff0_0000_0000_0000;
    private const ulong Three = 0x4008_0000_0000_0000;
    private const ulong Largest = 0x7fef_ffff_ffff_ffff;
    private const ulong SmallestNormal = 0x0010_0000_0000_0000;
    private const ulong Half = 0x3fe0_0000_0000_0000;
    private const ulong SignallingNaN = 0x7ff8_0000_0000_0000;
    private const ulong QuietNaN = 0x7ff0_0000_0000_0001;
    private const ulong DefaultNaN = 0x7ff7_ffff_ffff_ffff;

    [Fact]
    public void An_exact_operation_clears_Cause_and_leaves_Flags()
    {
        uint fcsr = Cause(FpExceptions.Inexact) | Flags(FpExceptions.Overflow);
        FpUnit.Execute(FpOperation.Add, FpFormat.Double, One, One, 0, ref fcsr, out bool trap);
        Assert.False(trap);
        Assert.Equal(Flags(FpExceptions.Overflow), fcsr);
    }

    [Theory]
    [InlineData(FpOperation.Divide, One, Three, FpExceptions.Inexact)]
    [InlineData(FpOperation.Divide, One, 0, FpExceptions.DivideByZero)]
    [InlineData(FpOperation.Divide, 0, 0, FpExceptions.InvalidOperation)]
    [InlineData(FpOperation.Multiply, Largest, Three, FpExceptions.Overflow | FpExceptions.Inexact)]
    [InlineData(FpOperation.Divide, SmallestNormal, Three, FpExceptions.Underflow | FpExceptions.Inexact)]
    [InlineData(FpOperation.Multiply, SmallestNormal, Half, FpExceptions.None)]
    [InlineData(FpOperation.Absolute, SignallingNaN, 0, FpExceptions.InvalidOperation)]
    [InlineData(FpOperation.Negate, SignallingNaN, 0, FpExceptions.InvalidOperation)]
    [InlineData(FpOperation.Negate, QuietNaN, 0, FpExceptions.None)]
    [InlineData(FpOperation.ReciprocalSquareRoot, 0x8000_0000_0000_0000, 0, FpExceptions.DivideByZero)]
    [InlineData(FpOperation.ConvertToWord, Largest, 0, FpExceptions.InvalidOperation)]
    public void An_exception_sets_Cause_and_adds_to_Flags(FpOperation operation, ulong a, ulong b, FpExceptions raised)
    {
        uint fcsr = Cause(FpExceptions.DivideByZero) | Flags(FpExceptions.Overflow);
        FpUnit.Execute(operation, FpFormat.Double, a, b, 0, ref fcsr, out bool trap);
        Assert.False(trap);
        Assert.Equal(Cause(raised) | Flags(raised | FpExceptions.Overflow), fcsr);
    }

    [Theory]
    [InlineData(FpOperation.Divide, One, Three, FpExceptions.Inexact, FpExceptions.Inexact)]
    [InlineData(FpOperation.Divide, One, 0, FpExceptions.DivideByZero, FpExceptions.DivideByZero)]
    [InlineData(FpOperation.Add, SignallingNaN, One, FpExceptions.InvalidOperation, FpExceptions.InvalidOperation)]
    [InlineData(FpOperation.Multiply, Largest, Three, FpExceptions.Overflow, FpExceptions.Overflow | FpExceptions.Inexact)]
    [InlineData(FpOperation.Multiply, Largest, Three, FpExceptions.Inexact, FpExceptions.Overflow | FpExceptions.Inexact)]
    [InlineData(FpOperation.Divide, SmallestNormal, Three, FpExceptions.Underflow, FpExceptions.Underflow | FpExceptions.Inexact)]
    public void An_enabled_exception_traps_with_Cause_set_and_Flags_untouched(
        FpOperation operation, ulong a, ulong b, FpExceptions enabled, FpExceptions raised)
    {
        uint fcsr = Enables(enabled) | Flags(FpExceptions.DivideByZero);
        FpUnit.Execute(operation, FpFormat.Double, a, b, 0, ref fcsr, out bool trap);
        Assert.True(trap);
        Assert.Equal(Enables(enabled) | Flags(FpExceptions.DivideByZero) | Cause(raised), fcsr);
    }

    [Fact]
    public void An_exception_that_is_not_the_enabled_one_does_not_trap()
    {
        uint fcsr = Enables(FpExceptions.Overflow | FpExceptions.Underflow | FpExceptions.InvalidOperation | FpExceptions.DivideByZero);
        uint before = fcsr;
        ulong third = FpUnit.Execute(FpOperation.Divide, FpFormat.Double, One, Three, 0, ref fcsr, out bool trap);
        Assert.False(trap);
        Assert.Equal(0x3fd5_5555_5555_5555UL, third);
        Assert.Equal(before | Cause(FpExceptions.Inexact) | Flags(FpExceptions.Inexact), fcsr);
    }

    [Theory]
    [InlineData(FpOperation.Multiply, SmallestNormal, Half)]
    [InlineData(FpOperation.Add, SmallestNormal >> 1, 0)]
    [InlineData(FpOperation.Add, 0, SmallestNormal >> 1)]
    [InlineData(FpOperation.Subtract, SmallestNormal + 1, SmallestNormal)]
    public void Enabled_underflow_traps_on_a_tiny_result_even_if_it_is_exact(FpOperation operation, ulong a, ulong b)
    {
        uint fcsr = Enables(FpExceptions.Underflow);
        FpUnit.Execute(operation, FpFormat.Double, a, b, 0, ref fcsr, out bool trap);
        Assert.True(trap);
        Assert.Equal(FpExceptions.Underflow, Fcsr.Cause(fcsr));
    }

    [Fact]
    public void A_multiply_add_reports_what_both_of_its_operations_raise()
    {
        // The product underflows, the sum with a signalling NaN is invalid.
        uint fcsr = 0;
        ulong result = FpUnit.Execute(
            FpOperation.MultiplyAdd, FpFormat.Double, SmallestNormal + 1, Half, SignallingNaN, ref fcsr, out _);
        Assert.Equal(DefaultNaN, result);
        Assert.Equal(FpExceptions.Underflow | FpExceptions.Inexact | FpExceptions.InvalidOperation, Fcsr.Cause(fcsr));
    }

    [Theory]
    [InlineData(FpOperation.Add, FpFormat.Word)]
    [InlineData(FpOperation.ConvertToWord, FpFormat.Word)]
    [InlineData(FpOperation.ConvertToLong, FpFormat.Long)]
    [InlineData(FpOperation.ConvertToSingle, FpFormat.Single)]
    [InlineData(FpOperation.ConvertToDouble, FpFormat.Double)]
    [InlineData(FpOperation.SquareRoot, (FpFormat)6)]
    [InlineData((FpOperation)99, FpFormat.Double)]
    public void An_operation_that_the_unit_lacks_is_unimplemented_and_always_traps(FpOperation operation, FpFormat format)
    {
        uint fcsr = Flags(FpExceptions.Inexact) | Cause(FpExceptions.Overflow);
        FpUnit.Execute(operation, format, One, One, One, ref fcsr, out bool trap);
        Assert.True(trap);
        Assert.Equal(Flags(FpExceptions.Inexact) | Cause(FpExceptions.Unimplemented), fcsr);
    }

    [Theory]
    [InlineData(FpFormat.Word)]
    [InlineData(FpFormat.Long)]
    public void A_comparison_of_integers_is_unimplemented(FpFormat format)
    {
        uint fcsr = 0;
        Assert.False(FpUnit.Compare(2, format, 1, 1, ref fcsr, out bool trap));
        Assert.True(trap);
        Assert.Equal(Cause(FpExceptions.Unimplemented), fcsr);
    }

    [Theory]
    [InlineData(0b0001, QuietNaN, false)]
    [InlineData(0b1001, QuietNaN, true)]
    [InlineData(0b0001, SignallingNaN, true)]
    [InlineData(0b1001, SignallingNaN, true)]
    public void A_comparison_traps_on_a_signalling_NaN_and_with_bit_3_on_a_quiet_one(int condition, ulong operand, bool traps)
    {
        uint fcsr = Enables(FpExceptions.InvalidOperation);
        bool unordered = FpUnit.Compare(condition, FpFormat.Double, One, operand, ref fcsr, out bool trap);
        Assert.True(unordered);
        Assert.Equal(traps, trap);
        Assert.Equal(traps ? FpExceptions.InvalidOperation : FpExceptions.None, Fcsr.Cause(fcsr));
        Assert.Equal(FpExceptions.None, Fcsr.Flags(fcsr));
    }

    [Theory]
    [InlineData(FpExceptions.Inexact, FpExceptions.Inexact, true)]
    [InlineData(FpExceptions.Inexact, FpExceptions.Overflow, false)]
    [InlineData(FpExceptions.Unimplemented, FpExceptions.None, true)]
    public void A_written_status_traps_if_its_Cause_is_enabled(FpExceptions cause, FpExceptions enabled, bool traps) =>
        Assert.Equal(traps, Fcsr.Traps(Cause(cause) | Enables(enabled)));

    [Theory]
    [InlineData(0, 0x0080_0000)]
    [InlineData(1, 0x0200_0000)]
    [InlineData(7, 0x8000_0000)]
    public void Condition_code_0_is_bit_23_and_the_others_follow_FS(int index, uint bit)
    {
        Assert.Equal(bit, Fcsr.WithConditionCode(0, index, true));
        Assert.Equal(~bit, Fcsr.WithConditionCode(~0u, index, false));
        Assert.True(Fcsr.ConditionCode(bit, index));
        Assert.False(Fcsr.ConditionCode(~bit, index));
    }

    [Fact]
    public void Upper_halves_of_registers_do_not_matter_to_32_bit_formats()
    {
        uint fcsr = 0;
        ulong sum = FpUnit.Execute(FpOperation.Add, FpFormat.Single, 0xdead_beef_3f80_0000, 0xdead_beef_3f80_0000, 0, ref fcsr, out _);
        Assert.Equal(0x4000_0000UL, sum);
        Assert.Equal(0xbff0_0000_0000_0000UL, FpUnit.Execute(FpOperation.ConvertToDouble, FpFormat.Word, 0x1234_5678_ffff_ffff, 0, 0, ref fcsr, out _));
    }

    private static uint Cause(FpExceptions exceptions) => (uint)exceptions << Fcsr.CauseShift;

    private static uint Enables(FpExceptions exceptions) => (uint)exceptions << Fcsr.EnablesShift;

    private static uint Flags(FpExceptions exceptions) => (uint)exceptions << Fcsr.FlagsShift;
}
