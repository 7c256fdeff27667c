using Dbt.Runtime.Execution;
using Dbt.Translator.Emission.FloatingPoint;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.FloatingPoint;

/// <summary>
/// FCSR.Cause tells what the latest operation raised. Translated code runs on the host's floating point only where that
/// can be no more than I; it leaves the operands of its latest operation, and Cause is worked out when somebody asks.
/// </summary>
public static unsafe class PendingCause
{
    /// <summary>Works Cause out, if that is still to be done.</summary>
    public static void Resolve(GuestState* state)
    {
        int pending = state->PendingOperation;
        if (pending == 0)
            return;
        state->PendingOperation = 0;
        state->Fcsr &= ~Fcsr.CauseMask;
        if (pending == PendingOperation.NothingRaised)
            return;
        (FpOperation operation, FpFormat format) = PendingOperation.Unpack(pending);
        FpUnit.Execute(
            operation, format, state->PendingOperands[0], state->PendingOperands[1], state->PendingOperands[2],
            ref state->Fcsr, out _);
    }

    /// <summary>The mode bits that follow from FCSR.</summary>
    public static TranslationMode ModeOf(uint fcsr)
    {
        const uint Inexact = 1 << Fcsr.FlagsShift;
        if ((fcsr & (Fcsr.RoundingMask | Fcsr.FlushToZero | Fcsr.EnablesMask)) != 0)
            return TranslationMode.None;
        return (fcsr & Inexact) != 0 ? TranslationMode.FloatFast : TranslationMode.FloatExact;
    }
}
