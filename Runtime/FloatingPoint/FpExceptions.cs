namespace Dbt.Runtime.FloatingPoint;

/// <summary>
/// The exceptions of IEEE 754 section 7 and MIPS's own Unimplemented Operation, in the bit order that Cause, Enables
/// and Flags share in FCSR (MD00086, "Floating Point Control and Status Register").
/// </summary>
[Flags]
public enum FpExceptions
{
    /// <summary>Nothing to report.</summary>
    None = 0,

    /// <summary>I: the result was rounded.</summary>
    Inexact = 1 << 0,

    /// <summary>U: the result is tiny.</summary>
    Underflow = 1 << 1,

    /// <summary>O: the result is larger than the format's largest number.</summary>
    Overflow = 1 << 2,

    /// <summary>Z: a finite number was divided by zero.</summary>
    DivideByZero = 1 << 3,

    /// <summary>V: the operands have no meaningful result.</summary>
    InvalidOperation = 1 << 4,

    /// <summary>E: left to software. Only Cause has this bit; it always traps.</summary>
    Unimplemented = 1 << 5,
}
