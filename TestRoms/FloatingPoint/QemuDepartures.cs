using Dbt.Runtime.FloatingPoint;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>Where QEMU's 24Kf does not do what MD00086 says, and what that is; docs/fpu.md gives the reasons.</summary>
internal static class QemuDepartures
{
    /// <summary>The vector with the result and status that the manual asks for. Only NaNs make a difference.</summary>
    public static RecordedVector Corrected(RecordedVector v)
    {
        if (v.Code >= RecordedVectors.Compare)
            return v;
        FloatingFormat from = FloatingFormat.Of(v.Format);
        switch ((FpOperation)v.Code)
        {
            // QEMU changes the sign bit of anything. The manual makes these arithmetic while FCSR.ABS2008 = 0.
            case FpOperation.Absolute or FpOperation.Negate when from.IsSignalling(v.A):
                return v with { Result = from.DefaultNaN, After = WithInvalid(v.Before) };
            case FpOperation.Absolute or FpOperation.Negate when from.IsNaN(v.A):
                return v with { Result = v.A };

            // QEMU replaces every NaN; the manual keeps a quiet one "when possible".
            case FpOperation.ConvertToSingle when v.Format == FpFormat.Double && from.IsQuiet(v.A):
                ulong narrow = v.A >> 32 & 0x8000_0000 | 0x7f80_0000 | v.A >> 29 & 0x007f_ffff;
                return v with { Result = FloatingFormat.Single.IsNaN(narrow) ? narrow : 0x7fbf_ffff };
            case FpOperation.ConvertToDouble when v.Format == FpFormat.Single && from.IsQuiet(v.A):
                return v with { Result = (v.A & 0x8000_0000) << 32 | 0x7ff0_0000_0000_0000 | (v.A & 0x007f_ffff) << 29 };
            case >= FpOperation.ConvertToSingle:
                return v;

            default:
                if (!from.IsNaN(v.Result))
                    return v;
                // QEMU negates a NaN with NMADD and NMSUB; negation, being arithmetic, leaves it alone.
                bool invalid = (Fcsr.Cause(v.After) & FpExceptions.InvalidOperation) != 0;
                return v with { Result = invalid ? from.DefaultNaN : from.IsNaN(v.A) ? v.A : from.IsNaN(v.B) ? v.B : v.C };
        }
    }

    /// <summary>
    /// Whether FCSR.FS shows: QEMU does not flush operands, flushes what is tiny before rounding instead of after, and
    /// raises nothing when it flushes. <see cref="FlushToZeroTests"/> says what is right.
    /// </summary>
    public static bool FlushesDifferently(RecordedVector v)
    {
        if ((v.Before & Fcsr.FlushToZero) == 0 || v.Format >= FpFormat.Word)
            return false;
        FloatingFormat format = FloatingFormat.Of(v.Format);
        if (format.IsSubnormal(v.A) || format.IsSubnormal(v.B) || format.IsSubnormal(v.C))
            return true;
        if (v.Code >= RecordedVectors.Compare)
            return false;

        var operation = (FpOperation)v.Code;
        bool roundsTwice = operation is >= FpOperation.MultiplyAdd and <= FpOperation.NegateMultiplySubtract;
        return IsTiny(operation, v) || (roundsTwice && IsTiny(FpOperation.Multiply, v));
    }

    /// <summary>Whether the result, before or after rounding, lies below the smallest normal number.</summary>
    private static bool IsTiny(FpOperation operation, RecordedVector v)
    {
        // With its trap enabled, Underflow reports even an exact tiny result.
        uint fcsr = v.Before & Fcsr.RoundingMask | (uint)FpExceptions.Underflow << Fcsr.EnablesShift;
        ulong result = FpUnit.Execute(operation, v.Format, v.A, v.B, v.C, ref fcsr, out _);
        FloatingFormat format = operation == FpOperation.ConvertToSingle ? FloatingFormat.Single : FloatingFormat.Of(v.Format);
        bool roundedUp = (result & ~format.SignBit) == format.SmallestNormal && Fcsr.Cause(fcsr) == FpExceptions.Inexact;
        return roundedUp || (Fcsr.Cause(fcsr) & FpExceptions.Underflow) != 0;
    }

    private static uint WithInvalid(uint fcsr) =>
        fcsr | (uint)FpExceptions.InvalidOperation << Fcsr.CauseShift | (uint)FpExceptions.InvalidOperation << Fcsr.FlagsShift;
}
