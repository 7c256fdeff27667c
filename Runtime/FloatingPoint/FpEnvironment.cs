namespace Dbt.Runtime.FloatingPoint;

/// <summary>How an operation is to round, and what it has raised so far.</summary>
internal struct FpEnvironment(uint fcsr)
{
    /// <summary>The mode the result is rounded in.</summary>
    public FpRounding Rounding = Fcsr.Rounding(fcsr);

    /// <summary>Whether subnormal operands and tiny results count as zero.</summary>
    public readonly bool FlushToZero = (fcsr & Fcsr.FlushToZero) != 0;

    /// <summary>Whether a tiny result is reported even if it is exact (IEEE 754-1985 section 7.4).</summary>
    public readonly bool UnderflowEnabled = (Fcsr.Enables(fcsr) & FpExceptions.Underflow) != 0;

    /// <summary>Everything raised.</summary>
    public FpExceptions Raised;

    /// <summary>Raises Invalid Operation.</summary>
    /// <returns>The format's default NaN.</returns>
    public ulong Invalid<TFormat>()
        where TFormat : IBinaryFormat
    {
        Raised |= FpExceptions.InvalidOperation;
        return Binary<TFormat>.DefaultNaN;
    }

    /// <summary>Leaves the operation to software.</summary>
    public ulong Unimplemented()
    {
        Raised = FpExceptions.Unimplemented;
        return 0;
    }
}
