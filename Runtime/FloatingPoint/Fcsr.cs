namespace Dbt.Runtime.FloatingPoint;

/// <summary>
/// The fields of the floating-point control and status register, FCR31 (MD00086, table "FCSR Register Field
/// Descriptions").
/// </summary>
public static class Fcsr
{
    /// <summary>RM, the rounding mode.</summary>
    public const uint RoundingMask = 3;

    /// <summary>Lowest bit of Flags: V, Z, O, U, I.</summary>
    public const int FlagsShift = 2;

    /// <summary>Lowest bit of Enables: V, Z, O, U, I.</summary>
    public const int EnablesShift = 7;

    /// <summary>Lowest bit of Cause: E, V, Z, O, U, I.</summary>
    public const int CauseShift = 12;

    /// <summary>All of Flags.</summary>
    public const uint FlagsMask = 0x1fu << FlagsShift;

    /// <summary>All of Enables.</summary>
    public const uint EnablesMask = 0x1fu << EnablesShift;

    /// <summary>All of Cause.</summary>
    public const uint CauseMask = 0x3fu << CauseShift;

    /// <summary>FS, flush subnormal numbers to zero.</summary>
    public const uint FlushToZero = 1u << 24;

    /// <summary>All eight condition codes: bit 23 and bits 25 to 31.</summary>
    public const uint ConditionCodesMask = 0xfe800000;

    /// <summary>What CTC1 can change on a 24Kf: the rest, NAN2008 and ABS2008 among it, reads as zero.</summary>
    public const uint Writable = ConditionCodesMask | FlushToZero | CauseMask | EnablesMask | FlagsMask | RoundingMask;

    /// <summary>FIR, FCR0, of a 24Kf: 64-bit registers; long, word, double and single formats.</summary>
    public const uint ImplementationRegister = 0x00739300;

    /// <summary>The rounding mode in force.</summary>
    public static FpRounding Rounding(uint fcsr) => (FpRounding)(fcsr & RoundingMask);

    /// <summary>What the latest operation raised.</summary>
    public static FpExceptions Cause(uint fcsr) => (FpExceptions)((fcsr & CauseMask) >> CauseShift);

    /// <summary>What traps; Unimplemented Operation always does.</summary>
    public static FpExceptions Enables(uint fcsr) =>
        (FpExceptions)((fcsr & EnablesMask) >> EnablesShift) | FpExceptions.Unimplemented;

    /// <summary>What was raised, without a trap, since software last cleared it.</summary>
    public static FpExceptions Flags(uint fcsr) => (FpExceptions)((fcsr & FlagsMask) >> FlagsShift);

    /// <summary>Whether Cause holds an exception that is enabled; CTC1 traps on such a value.</summary>
    public static bool Traps(uint fcsr) => (Cause(fcsr) & Enables(fcsr)) != 0;

    /// <summary>
    /// Reports what an operation raised: Cause is replaced and, if nothing of it is enabled, Flags accumulate it.
    /// </summary>
    /// <returns>Whether it traps.</returns>
    public static bool Report(ref uint fcsr, FpExceptions raised)
    {
        fcsr = fcsr & ~CauseMask | (uint)raised << CauseShift;
        if (Traps(fcsr))
            return true;
        fcsr |= (uint)raised << FlagsShift;
        return false;
    }

    /// <summary>Floating-point condition code <paramref name="index"/>, 0 to 7.</summary>
    public static bool ConditionCode(uint fcsr, int index) => (fcsr & ConditionCodeBit(index)) != 0;

    /// <summary>The register with condition code <paramref name="index"/> set to <paramref name="value"/>.</summary>
    public static uint WithConditionCode(uint fcsr, int index, bool value) =>
        value ? fcsr | ConditionCodeBit(index) : fcsr & ~ConditionCodeBit(index);

    // FCC0 is older than the other seven and sits below FS.
    private static uint ConditionCodeBit(int index) => index == 0 ? 1u << 23 : 1u << 24 + index;
}
