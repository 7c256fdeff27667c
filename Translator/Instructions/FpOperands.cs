namespace Dbt.Translator.Instructions;

/// <summary>What the operations of the floating-point unit take and give.</summary>
public static class FpOperands
{
    /// <summary>How many operands there are: fs, then ft, then fr.</summary>
    public static int OperandCount(this FpOperation operation) => operation switch
    {
        <= FpOperation.Divide => 2,
        >= FpOperation.MultiplyAdd and <= FpOperation.NegateMultiplySubtract => 3,
        _ => 1,
    };

    /// <summary>The format of the result on operands of <paramref name="format"/>.</summary>
    public static FpFormat ResultFormat(this FpOperation operation, FpFormat format) => operation switch
    {
        FpOperation.ConvertToSingle => FpFormat.Single,
        FpOperation.ConvertToDouble => FpFormat.Double,
        FpOperation.ConvertToWord or (>= FpOperation.RoundToWord and <= FpOperation.FloorToWord) => FpFormat.Word,
        FpOperation.ConvertToLong or (>= FpOperation.RoundToLong and <= FpOperation.FloorToLong) => FpFormat.Long,
        _ => format,
    };
}
