namespace Dbt.Translator.Instructions;

/// <summary>
/// The hardware register that user programs find their thread's storage through, UserLocal (MD00090, "UserLocal
/// Register"): RDHWR reads it without the kernel where HWREna says that it may.
/// </summary>
public static class ThreadPointer
{
    /// <summary>Its number as RDHWR names it, and the bit of HWREna that allows it.</summary>
    public const int Number = 29;

    /// <summary>Whether an instruction that exits as RDHWR does reads it.</summary>
    public static bool IsReadBy(Instruction word, ExitReason reason) => reason == ExitReason.Rdhwr && word.Rd == Number;
}
