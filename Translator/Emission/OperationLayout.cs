namespace Dbt.Translator.Emission;

/// <summary>
/// A predecoded instruction of threaded code, as handlers find it: byte offsets into an operation, and what the runtime
/// puts there.
/// </summary>
public static class OperationLayout
{
    /// <summary>The handler's function pointer, 8 bytes.</summary>
    public const int Handler = 0;

    /// <summary>The meaning's constants, 4 bytes each, four of them.</summary>
    public const int Constants = 8;

    /// <summary>
    /// Byte offsets in the state of rs, rt, rt as a destination, rd, and rd as a destination, 2 bytes each.
    /// </summary>
    public const int S = 24;

    /// <inheritdoc cref="S"/>
    public const int T = 26;

    /// <inheritdoc cref="S"/>
    public const int TOut = 28;

    /// <inheritdoc cref="S"/>
    public const int D = 30;

    /// <inheritdoc cref="S"/>
    public const int DOut = 32;

    /// <summary>
    /// Instructions of the block from this unit on, 2 bytes: what the budget gets back if it is given up.
    /// </summary>
    public const int Unexecuted = 34;

    /// <summary>Address of the unit, 4 bytes: of the branch, for a delay slot.</summary>
    public const int UnitPc = 36;

    /// <summary>Bytes of an operation.</summary>
    public const int Size = 40;
}
