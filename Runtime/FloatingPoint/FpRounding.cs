namespace Dbt.Runtime.FloatingPoint;

/// <summary>Rounding modes (IEEE 754 section 4.3), numbered as in FCSR.RM.</summary>
public enum FpRounding
{
    /// <summary>RN: to nearest, ties to even.</summary>
    ToNearest = 0,

    /// <summary>RZ: towards zero.</summary>
    TowardsZero = 1,

    /// <summary>RP: towards +∞.</summary>
    Up = 2,

    /// <summary>RM: towards −∞.</summary>
    Down = 3,
}
