using System.Runtime.InteropServices;
using Dbt.Hypervisor.Accounting;
using Dbt.Runtime.Execution;
using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// SYSCALL, RDHWR of a thread pointer that is not there, and ERET do nothing but change the mode: they are carried out
/// on the way from one fragment to the next, which returns to nobody. (VMware calls it emulation in the translation
/// cache, in place of a callout.) What is done is what <see cref="ExceptionEntry"/> does; whatever is out of the
/// ordinary is left to the hypervisor, which sees what was carried out when a fragment returns next.
/// </summary>
public sealed unsafe class InCacheExits : IDisposable
{
    private const int Settings = 8;

    private readonly GuestState* _state;
    private readonly Book* _book;
    private readonly bool _hasFloat;

    /// <summary>For a processor.</summary>
    /// <param name="state">Its registers.</param>
    /// <param name="model">What it has.</param>
    public InCacheExits(GuestState* state, ProcessorModel model)
    {
        _state = state;
        _hasFloat = model.HasFloatingPoint;
        _book = (Book*)NativeMemory.AllocZeroed(1, (nuint)(sizeof(Book) + Settings * sizeof(ModeSetting)));
        _book->HasThreadPointer = model.Has(UserLocal);
        state->ExitBook = (nint)_book;
    }

    /// <summary>Whether they are carried out, rather than left to the hypervisor.</summary>
    public bool AreOn
    {
        set => _state->CarryOut = value ? &CarryOut : null;
    }

    /// <summary>The setting of a key, from now on the one in use; its tables are to be noted.</summary>
    internal ModeSetting* Use(ulong key)
    {
        ModeSetting* setting = SettingOf(_book, key);
        if (setting->Key != key)
            *setting = ModeSetting.Of(key, _hasFloat);
        _state->ModeKey = key;
        _book->IsUser = setting->Operating == OperatingMode.User;
        return setting;
    }

    /// <summary>Tables of the shadow TLB are another space's, or have to be looked at before they are used.</summary>
    public void ForgetTables()
    {
        for (int i = 0; i < Settings; i++)
            SettingAt(_book, i)->ForgetTables();
    }

    /// <summary>Accounts for what has been carried out.</summary>
    public void Report(ExitAccount exits, InstructionAccount instructions)
    {
        exits.Add(ExitCounter.Syscall, _book->Syscalls, 0);
        exits.Add(ExitCounter.Rdhwr, _book->ThreadPointers, 0);
        exits.Add(ExitCounter.Eret, _book->Returns, 0);
        instructions.Switched(_book->Net, _book->Budgets, _state->Budget);
        _book->Syscalls = _book->ThreadPointers = _book->Returns = _book->Net = _book->Budgets = 0;
        _state->UnseenExits = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_book);

    private static bool CarryOut(GuestState* state)
    {
        var book = (Book*)state->ExitBook;
        uint status = state->Cop0[Status];
        // The last instruction of a grant is the hypervisor's. A write of Status that it has not seen changes no mode.
        if (state->Budget < 2 || KeyOf(state, status) != state->ModeKey
            || (state->Cop0[Debug] & OperatingModes.DebugMode) != 0)
            return false;
        return state->Left switch
        {
            ExitReason.Eret => TryReturn(state, book, status),
            ExitReason.Syscall => TryEnter(state, book, status, ExceptionCode.Syscall, &book->Syscalls),
            ExitReason.Rdhwr => !book->HasThreadPointer && new Instruction(state->ExitWord).Rd == ThreadPointer.Number
                && TryEnter(state, book, status, ExceptionCode.ReservedInstruction, &book->ThreadPointers),
            _ => false,
        };
    }

    private static bool TryEnter(GuestState* state, Book* book, uint status, ExceptionCode code, long* count)
    {
        uint pc = (uint)state->Pc;
        if ((status & (StatusBits.Exl | StatusBits.Erl | StatusBits.Bev)) != 0
            || !TrySwitch(state, book, status | StatusBits.Exl))
            return false;
        state->Cop0[Epc] = pc;
        state->Cop0[Cause] = state->Cop0[Cause]
            & ~(CauseBits.Bd | CauseBits.ExcCodeMask | 3u << CauseBits.CeShift) | (uint)code << CauseBits.ExcCodeShift;
        state->Pc = (state->Cop0[EBase] & 0xffff_f000) + ExceptionEntry.GeneralOffset;
        ++*count;
        return true;
    }

    private static bool TryReturn(GuestState* state, Book* book, uint status)
    {
        uint after = status & ~StatusBits.Exl;
        bool isInterrupted =
            (after & StatusBits.Ie) != 0 && (after & state->Cop0[Cause] & StatusBits.ImMask) != 0;
        if ((status & (StatusBits.Exl | StatusBits.Erl)) != StatusBits.Exl || isInterrupted
            || !TrySwitch(state, book, after))
            return false;
        state->Pc = state->Cop0[Epc];
        state->LinkBit = 0;
        book->Returns++;
        return true;
    }

    private static bool TrySwitch(GuestState* state, Book* book, uint status)
    {
        ulong key = KeyOf(state, status);
        ModeSetting* setting = SettingOf(book, key);
        if (setting->Key != key || !setting->HasTables)
            return false;
        state->Cop0[Status] = status;
        state->Budget--;
        bool toUser = setting->Operating == OperatingMode.User;
        if (toUser != book->IsUser)
        {
            int sign = toUser ? -1 : 1;
            book->IsUser = toUser;
            book->Net += sign;
            book->Budgets += sign * state->Budget;
        }
        setting->PutToUse(state);
        state->UnseenExits++;
        return true;
    }

    private static ulong KeyOf(GuestState* state, uint status) =>
        ModeSetting.KeyOf(state, status, state->Cop0[Debug], (int)state->Cop0[EntryHi] & 0xff);

    private static ModeSetting* SettingOf(Book* book, ulong key) =>
        SettingAt(book, (int)((key ^ key >> 2 ^ key >> 32) % Settings));

    private static ModeSetting* SettingAt(Book* book, int index) => (ModeSetting*)(book + 1) + index;

    /// <summary>What has been carried out and not been seen; settings are behind it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Book
    {
        public bool IsUser, HasThreadPointer;
        public long Syscalls, ThreadPointers, Returns;

        // Of what went to and from user mode: how often more from than to, and the sum of the budgets then, those on
        // the way to it negative.
        public long Net, Budgets;
    }
}
