namespace Dbt.Runtime.FloatingPoint;

/// <summary>
/// The floating-point control registers that CFC1 and CTC1 name: views of FCSR (MD00086, "FPU Control Registers").
/// </summary>
public static class FpControl
{
    private const int Fccr = 25;
    private const int Fexr = 26;
    private const int Fenr = 28;
    private const int FcsrNumber = 31;

    /// <summary>What register <paramref name="number"/> reads as; 0 for one that does not exist.</summary>
    public static uint Read(uint fcsr, int number) => number switch
    {
        // FCC7..1 lie in bits 31..25, FCC0 in bit 23; FCCR has all eight in bits 7..0.
        Fccr => fcsr >> 24 & 0xfe | fcsr >> 23 & 1,
        Fexr => fcsr & (Fcsr.CauseMask | Fcsr.FlagsMask),
        Fenr => fcsr & (Fcsr.EnablesMask | Fcsr.RoundingMask) | fcsr >> 22 & 4,
        FcsrNumber => fcsr,
        _ => 0,
    };

    /// <summary>FCSR after <paramref name="value"/> is written to register <paramref name="number"/>.</summary>
    public static uint Write(uint fcsr, int number, uint value) => number switch
    {
        Fccr => fcsr & ~Fcsr.ConditionCodesMask | (value & 0xfe) << 24 | (value & 1) << 23,
        Fexr => Merge(fcsr, value, Fcsr.CauseMask | Fcsr.FlagsMask),
        Fenr => Merge(fcsr, value, Fcsr.EnablesMask | Fcsr.RoundingMask) & ~Fcsr.FlushToZero | (value & 4) << 22,
        FcsrNumber => Merge(fcsr, value, Fcsr.Writable),
        _ => fcsr,
    };

    private static uint Merge(uint old, uint value, uint mask) => old & ~mask | value & mask;
}
