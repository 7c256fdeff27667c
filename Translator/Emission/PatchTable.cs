using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>
/// Which sensitive instructions become loads and stores on the register page once they have trapped, as the hypervisor's
/// policy has it. The translator knows no register's meaning: only where it lies, and which of its bits no store may
/// change unseen.
/// </summary>
public sealed record PatchTable
{
    /// <summary>Whether ordinary instructions are replaced, once they have trapped; if not, they trap each time.</summary>
    public bool ReplacesSites { get; init; } = true;

    /// <summary>Whether their paravirtual forms are, from the first time on; if not, those are reserved.</summary>
    public bool ReplacesForms { get; init; }

    /// <summary>Indexes of registers that are read by a load.</summary>
    public required IReadOnlySet<int> Loads { get; init; }

    /// <summary>Registers that are written by a store: the bits a store changes, and those whose change must exit.</summary>
    public required IReadOnlyDictionary<int, (uint Writable, uint Sensitive)> Stores { get; init; }

    /// <summary>Operations of CACHE that are replaced, by index nothing and by address a look at the address: bit n is operation n.</summary>
    public required uint CacheOperations { get; init; }

    /// <summary>
    /// Index of the register that enables interrupts in its bit 0, unless bits 1 or 2 are set, under a mask in bits 15–8, and
    /// leaves kernel mode by bits 4 and 3, unless bit 1 is set. A store that would do either exits, and DI and EI are
    /// replaced. Null where nobody looks, and DI and EI always exit.
    /// </summary>
    public required int? InterruptEnable { get; init; }

    /// <summary>Index of the register that has pending interrupts in its bits 15–8.</summary>
    public required int InterruptPending { get; init; }

    /// <summary>Whether an instruction is one to be replaced.</summary>
    /// <param name="reason">What it exits with.</param>
    /// <param name="word">The instruction.</param>
    public bool Replaces(ExitReason reason, Instruction word) =>
        (HasForm(word) || ReplacesSites && !ParavirtualForm.IsReserved(word)) && Covers(reason, word);

    /// <summary>Whether an instruction is a form that is replaced without having trapped.</summary>
    /// <param name="word">The instruction.</param>
    public bool HasForm(Instruction word) => ReplacesForms && ParavirtualForm.Is(word);

    /// <summary>Whether an instruction is one that could be replaced, in whichever form.</summary>
    /// <param name="reason">What it exits with.</param>
    /// <param name="word">The instruction.</param>
    public bool Covers(ExitReason reason, Instruction word) => reason switch
    {
        ExitReason.Mfc0 => Loads.Contains(8 * word.Rd + word.Sel),
        ExitReason.Mtc0 => Stores.ContainsKey(8 * word.Rd + word.Sel),
        ExitReason.Di or ExitReason.Ei => InterruptEnable is not null,
        ExitReason.Cache => (CacheOperations >> word.Rt & 1) != 0,
        _ => false,
    };

    /// <summary>What an instruction that is to be replaced does then.</summary>
    /// <param name="reason">What it exits with.</param>
    /// <param name="word">The instruction.</param>
    public Patch PatchOf(ExitReason reason, Instruction word)
    {
        int register = 8 * word.Rd + word.Sel;
        switch (reason)
        {
            case ExitReason.Mfc0:
                return new Patch(PatchKind.Load, register, 0, 0);
            case ExitReason.Mtc0:
                (uint writable, uint sensitive) = Stores[register];
                return new Patch(register == InterruptEnable ? PatchKind.StoreEnable : PatchKind.Store, register, writable, sensitive);
            case ExitReason.Di:
                return new Patch(PatchKind.Disable, InterruptEnable!.Value, 0, 0);
            case ExitReason.Ei:
                return new Patch(PatchKind.Enable, InterruptEnable!.Value, 0, 0);
            default:
                return new Patch(word.Rt >> 2 < 4 ? PatchKind.Nothing : PatchKind.Look, 0, 0, 0);
        }
    }

    /// <summary>Whether a store that turns <paramref name="old"/> into <paramref name="value"/> must exit; what generated code tests, said in C#.</summary>
    /// <param name="register">Index of the register stored to.</param>
    /// <param name="old">What it holds.</param>
    /// <param name="value">What is to be stored.</param>
    /// <param name="pending">What <see cref="InterruptPending"/> holds.</param>
    public bool MustExit(int register, uint old, uint value, uint pending)
    {
        (uint writable, uint sensitive) = Stores[register];
        uint merged = old & ~writable | value & writable;
        return ((old ^ value) & sensitive) != 0 || register == InterruptEnable && (LeavesKernelMode(merged) || LetsInterruptIn(merged, pending));
    }

    /// <summary>Whether an interrupt is due behind the instruction that makes the enabling register <paramref name="enable"/>.</summary>
    public static bool LetsInterruptIn(uint enable, uint pending) => (enable & 7) == 1 && (enable & pending & 0xff00) != 0;

    private static bool LeavesKernelMode(uint enable) => (enable & 2) == 0 && (enable & 0x18) != 0;
}
