using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Hypercalls;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Execution;
using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// Emulates what an engine may not execute, and raises what it has caused: what <see cref="TrapTable"/> has a row for
/// each of.
/// </summary>
/// <param name="state">The guest's registers.</param>
/// <param name="context">The privileged context that the guest's code runs in.</param>
/// <param name="memory">The way to memory.</param>
/// <param name="exits">Counts each.</param>
/// <param name="hasForms">Whether the guest may have paravirtual forms: else those are reserved.</param>
public sealed unsafe class TrapHandlers(
    GuestState* state, PrivilegedContext context, MemoryPath memory, ExitAccount exits, bool hasForms)
{
    private const int V0 = 2, A0 = 4;

    private readonly GuestState* _state = state;
    private readonly Cop0 _cop0 = context.Cop0;
    private readonly ExceptionInjector _exceptions = new(state, exits, memory);
    private readonly TlbInstructions _tlb =
        new(context, context.Model.IsGuest ? memory.GuestStage! : memory.FirstStage, memory);

    /// <summary>
    /// Answers HYPCALL: from the number in v0 and the arguments in a0 to a3 to what v0 holds afterwards. Null where the
    /// instruction is reserved, as on a 24Kf.
    /// </summary>
    public Func<uint, HypercallArguments, int>? Answer { get; set; }

    /// <summary>
    /// What root may do beyond that, under a virtualization module; null where those instructions are reserved.
    /// </summary>
    public RootInstructions? Root { get; init; }

    /// <summary>
    /// Of a guest, whether its root has asked for its reserved instructions, and has got this one; null where nobody
    /// asks.
    /// </summary>
    public Func<bool>? Redirected { get; init; }

    /// <summary>Of a guest, raises what an access of its has noted for root.</summary>
    public Action? RaiseForRoot { get; init; }

    /// <summary>Of a guest, its GuestID; null for root, and where there is no guest.</summary>
    public Func<int>? GuestId { get; init; }

    /// <summary>The unit that left.</summary>
    private LeftUnit Unit => new(_state);

    private Instruction Word => Unit.Word;

    private bool IsReservedForm(Trap trap) =>
        !hasForms && trap.Has(TrapFlags.Patchable) && ParavirtualForm.IsReserved(Word);

    /// <summary>
    /// Whether the guest may carry out the instruction that a trap is of: it traps for what it is, not for where it is.
    /// </summary>
    public bool IsAllowed(Trap trap) =>
        !IsReservedForm(trap) && (!trap.Has(TrapFlags.Privileged) || context.MayUseCoprocessor0);

    /// <summary>Handles what made the engine leave.</summary>
    public void Handle(Trap trap)
    {
        if (!trap.Has(TrapFlags.Privileged))
            trap.Handle(this);
        else if (!context.MayUseCoprocessor0)
            RaiseUnusable(0);
        else if (IsReservedForm(trap))
            RaiseReserved();
        else
            trap.Handle(this);
    }

    /// <summary>Raises what the access that failed has noted.</summary>
    internal void RaisePending()
    {
        // Root answers for what it does on its guest's way.
        if (RaiseForRoot is null || memory.Translation.PendingFor == context)
            _exceptions.Raise(memory.Translation.Pending, context);
        else
            RaiseForRoot();
    }

    /// <summary>Raises an exception that has nothing to tell but its code.</summary>
    internal void Raise(ExceptionCode code) => _exceptions.Raise(new GuestException(code), context);

    /// <summary>Raises a reserved instruction.</summary>
    internal void RaiseReserved()
    {
        if (Redirected?.Invoke() != true)
            Raise(ExceptionCode.ReservedInstruction);
    }

    /// <summary>An instruction of root's about its guest; reserved without a virtualization module.</summary>
    internal void OfRoot(Action<RootInstructions> carryOut)
    {
        if (Root is null)
        {
            RaiseReserved();
            return;
        }
        exits.Count(ExitCounter.GuestContext);
        carryOut(Root);
        Unit.Complete();
    }

    /// <summary>SDBBP without a debugger.</summary>
    internal void DebugBreak()
    {
        exits.Count(ExitCounter.Break);
        _state->Budget--;
        ExceptionEntry.EnterDebug(_state, context, Unit.InDelaySlot);
    }

    /// <summary>A word that is no instruction; of coprocessor 0 only for those who may use that.</summary>
    internal void ReservedInstruction()
    {
        const uint Cop0Opcode = 0x10;
        if (Word.Word >> 26 == Cop0Opcode && !context.MayUseCoprocessor0)
            RaiseUnusable(0);
        else
            RaiseReserved();
    }

    /// <summary>An instruction of a coprocessor that is absent or not enabled.</summary>
    internal void CoprocessorUnusable()
    {
        // Coprocessor 3's opcode is COP1X, and coprocessor 0's instructions say themselves when they may not be used.
        RaiseUnusable(InstructionSet.Find(Word.Word).Has(InstructionFlags.Float) ? 1 : 2);
    }

    /// <summary>MFC0.</summary>
    internal void MoveFrom()
    {
        int register = Unit.Cop0Operand;
        exits.Count(ExitCounter.Mfc0, register);
        Unit.SetRegister(Word.Rt, _cop0.Read(register));
        Unit.Complete();
    }

    /// <summary>MTC0.</summary>
    internal void MoveTo()
    {
        int register = Unit.Cop0Operand;
        exits.Count(ExitCounter.Mtc0, register);
        _cop0.Write(register, Unit.Register(Word.Rt));
        Unit.Complete();
    }

    /// <summary>DI and EI.</summary>
    internal void EnableInterrupts(bool enable)
    {
        exits.Count(ExitCounter.DiEi, Status);
        uint status = _cop0[Status];
        Unit.SetRegister(Word.Rt, status);
        _cop0[Status] = enable ? status | StatusBits.Ie : status & ~StatusBits.Ie;
        Unit.Complete();
    }

    /// <summary>RDPGPR and WRPGPR. There is one register set only: the previous one is this one.</summary>
    internal void MoveShadow()
    {
        Unit.SetRegister(Word.Rd, Unit.Register(Word.Rt));
        Unit.Complete();
    }

    /// <summary>TLBP.</summary>
    internal void TlbProbe()
    {
        exits.Count(ExitCounter.TlbOperation);
        _tlb.Probe(TaggedWith);
        Unit.Complete();
    }

    /// <summary>TLBR.</summary>
    internal void TlbRead()
    {
        exits.Count(ExitCounter.TlbOperation);
        int guestId = _tlb.Read(GuestId?.Invoke());
        Root?.NoteOwner(guestId);
        Unit.Complete();
    }

    /// <summary>TLBWI and TLBWR.</summary>
    internal void TlbWrite(bool random)
    {
        exits.Count(ExitCounter.TlbOperation);
        _tlb.Write(random, TaggedWith);
        Unit.Complete();
    }

    /// <summary>TLBINV and TLBINVF: reserved where no entry can be made invalid.</summary>
    internal void TlbInvalidate(bool all)
    {
        if (!context.Model.CanInvalidate)
        {
            RaiseReserved();
            return;
        }
        exits.Count(ExitCounter.TlbOperation);
        _tlb.Invalidate(all, TaggedWith);
        Unit.Complete();
    }

    /// <summary>ERET.</summary>
    internal void ReturnFromException()
    {
        exits.Count(ExitCounter.Eret);
        Unit.Complete();
        ExceptionEntry.Return(_state, context);
    }

    /// <summary>DERET: reserved outside of debug mode.</summary>
    internal void ReturnFromDebug()
    {
        if ((_cop0[Debug] & OperatingModes.DebugMode) == 0)
        {
            RaiseReserved();
            return;
        }
        Unit.Complete();
        ExceptionEntry.ReturnFromDebug(_state, context);
    }

    /// <summary>WAIT.</summary>
    internal void Wait()
    {
        exits.Count(ExitCounter.Wait);
        Unit.Complete();
        context.IsWaiting = true;
    }

    /// <summary>CACHE. There is no cache to operate on: code is kept coherent by watching stores.</summary>
    internal void OperateOnCache()
    {
        exits.Count(ExitCounter.Cache);
        if (Unit.NamesLineByAddress)
            Look();
        else
            Unit.Complete();
    }

    /// <summary>SYNCI, and an operation on the cache by address: it may fault, as a load would.</summary>
    internal void Look()
    {
        if (!TryLook())
            RaisePending();
    }

    /// <summary>SYNCI, if the address translates: then it is no exit.</summary>
    public bool TryLook()
    {
        if (!memory.Mmu.Touch(Unit.Address))
            return false;
        Unit.Complete();
        return true;
    }

    /// <summary>Whether the RDHWR that left is of the thread pointer, and so of no clock.</summary>
    public bool IsAboutThreadPointer => Word.Rd == ThreadPointer.Number;

    /// <summary>RDHWR of the thread pointer, if that is allowed: then it is no exit.</summary>
    public bool TryReadThreadPointer()
    {
        if (!IsAboutThreadPointer || !_state->ShowsThreadPointer)
            return false;
        Unit.SetRegister(Word.Rt, _cop0[UserLocal]);
        Unit.Complete();
        return true;
    }

    /// <summary>RDHWR.</summary>
    internal void ReadHardwareRegister()
    {
        const int CpuNumber = 0, SynciStep = 1, CycleCounter = 2, CycleCounterResolution = 3;
        int number = Word.Rd;
        bool allowed = context.MayUseCoprocessor0 || (_cop0[HwrEna] >> number & 1) != 0;
        exits.Count(ExitCounter.Rdhwr);
        bool isThere = number <= CycleCounterResolution
            || number == ThreadPointer.Number && context.Model.Has(UserLocal);
        if (!isThere || !allowed)
        {
            if (Redirected?.Invoke() != true)
                _exceptions.Inject(new GuestException(ExceptionCode.ReservedInstruction), context);
            return;
        }
        Unit.SetRegister(Word.Rt, number switch
        {
            CpuNumber => _cop0[EBase] & 0x3ff,
            SynciStep => 16,
            CycleCounter => _cop0.Read(Count),
            ThreadPointer.Number => _cop0[UserLocal],
            _ => 2,
        });
        Unit.Complete();
    }

    /// <summary>HYPCALL.</summary>
    internal void Hypercall()
    {
        if (Answer is not { } answer)
        {
            RaiseReserved();
            return;
        }
        exits.Count(ExitCounter.Hypercall);
        Unit.Complete();
        var arguments = new HypercallArguments(
            Unit.Register(A0), Unit.Register(A0 + 1), Unit.Register(A0 + 2), Unit.Register(A0 + 3));
        Unit.SetRegister(V0, (uint)answer(Unit.Register(V0), arguments));
    }

    // Of root the guest that it writes entries for, of a guest itself.
    private int TaggedWith => GuestId?.Invoke() ?? Root?.GuestId ?? 0;

    private void RaiseUnusable(int coprocessor) =>
        _exceptions.Raise(new GuestException(ExceptionCode.CoprocessorUnusable, Coprocessor: coprocessor), context);
}
