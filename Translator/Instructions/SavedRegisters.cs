namespace Dbt.Translator.Instructions;

/// <summary>The registers that a SAVE or RESTORE of MIPS16e names (MD00076, "SAVE", "RESTORE").</summary>
/// <param name="lists">A bit each for registers 31, 16 and 17, from the highest on.</param>
/// <param name="further">How many of registers 18 to 23 and 30 are among them.</param>
/// <param name="arguments">Which argument registers are stored as such, and which are kept like the others.</param>
public readonly struct SavedRegisters(uint lists, uint further, uint arguments)
{
    /// <summary>The first argument register.</summary>
    public const int FirstArgument = 4;

    private const int LastArgument = 7, FirstSaved = 16, FramePointer = 30, ReturnAddress = 31;

    private static readonly byte[]?[] s_below = new byte[8 * 8 * 16][];

    // By the field; its last value is reserved.
    private static ReadOnlySpan<byte> Stored => [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 0, 3, 3, 4, 0];

    private static ReadOnlySpan<byte> Kept => [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 4, 0, 1, 0, 0];

    /// <summary>How many argument registers a SAVE stores in its caller's frame.</summary>
    public int Arguments => Stored[(int)arguments];

    /// <summary>The registers that are stored below the caller's frame, from the highest address on.</summary>
    public ReadOnlySpan<byte> Below => s_below[lists | further << 3 | arguments << 6] ??= MakeBelow();

    private byte[] MakeBelow()
    {
        var below = new List<byte>();
        if ((lists & 4) != 0)
            below.Add(ReturnAddress);
        if (further == 7)
            below.Add(FramePointer);
        for (uint register = FirstSaved + 1 + Math.Min(further, 6); register > FirstSaved + 1; register--)
            below.Add((byte)register);
        if ((lists & 1) != 0)
            below.Add(FirstSaved + 1);
        if ((lists & 2) != 0)
            below.Add(FirstSaved);
        for (int i = 0; i < Kept[(int)arguments]; i++)
            below.Add((byte)(LastArgument - i));
        return [.. below];
    }
}
