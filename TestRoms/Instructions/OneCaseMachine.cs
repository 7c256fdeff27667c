using System.Runtime.InteropServices;
using Dbt.Hypervisor;
using Dbt.Runtime.Execution;
using Dbt.Runtime.FloatingPoint;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Time;
using Dbt.Runtime.Translation;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Instructions;

/// <summary>An engine in user mode on a page of code and a page of memory, as the recording had them, in a byte order.</summary>
internal sealed unsafe class OneCaseMachine : IMemorySystem, IDisposable
{
    private const int CodeFrame = 0;
    private const int MemoryFrame = 1;
    private const int FrameSize = 4096;

    // Enough for the longest block: threaded code is not begun with less.
    private const int Budget = 100;

    private readonly GuestState* _state = (GuestState*)NativeMemory.AllocZeroed((nuint)sizeof(GuestState));
    private readonly GuestRam _ram = new(2 * FrameSize);
    private readonly ShadowTlb _shadow = new();
    private readonly IEngine _engine;
    private readonly int _warmUps;
    private readonly ByteOrder _order;
    private bool _misaligned;
    private uint _filler = CpuState.Break;
    private int _longest = 4;

    public OneCaseMachine(ByteOrder order = ByteOrder.Little, Engine engine = Engine.Interp)
    {
        _order = order;
        // What runs for the first time is interpreted; what is translated then is what runs for the second.
        _warmUps = engine == Engine.Interp ? 0 : 1;
        ShadowTlb.Space space = _shadow[0, 0];
        space.Fill(CpuState.CodePage, _ram.HostPage(CodeFrame), PageRights.Load | PageRights.Fetch);
        space.Fill(CpuState.MemoryAddress, _ram.HostPage(MemoryFrame), PageRights.All);
        _state->ReadTable = space.Read;
        _state->FetchTable = space.Fetch;
        _state->WriteTable = space.Write;
        _engine = engine == Engine.Interp ? Interpreter.Create(order, _state, this, _ram) : Translating(translate: engine == Engine.Dbt);
        _state->Fir = Fcsr.ImplementationRegister;
        _state->HasMips16 = 1;
        Put(Code, Enumerable.Repeat(CpuState.Break, FrameSize / 4).ToArray());
    }

    /// <summary>Instructions that were not interpreted.</summary>
    public long Translated =>
        _engine.Translations is { Statistics: var done } ? done.Threaded + done.Translated : 0;

    public CpuAnswer Execute(CpuCase test)
    {
        uint[] before = test.Before();
        LoadCode(test);
        for (int i = 0; i < _warmUps; i++)
        {
            Load(before, test.Entry);
            _engine.Run();
        }
        Load(before, test.Entry);
        ExitReason reason = _engine.Run();
        uint[] after = Store();
        (int, uint)[] changes = [.. Enumerable.Range(0, CpuState.Words).Where(i => after[i] != before[i]).Select(i => (i, after[i]))];
        return new CpuAnswer(Signal(reason), (uint)_state->Pc, changes);
    }

    public bool Load(in MemoryAccess access, out ulong value)
    {
        value = 0;
        return Fault(access);
    }

    public bool Store(in MemoryAccess access, ulong value) => Fault(access);

    public bool Fetch(ulong address, AccessSize size) => Fault(new MemoryAccess(AccessKind.Fetch, address, size));

    public void Dispose()
    {
        _engine.Dispose();
        _shadow.Dispose();
        _ram.Dispose();
        NativeMemory.Free(_state);
    }

    private Span<byte> Code => _ram.Slice(CodeFrame * FrameSize, FrameSize);

    private Span<byte> Memory => _ram.Slice(MemoryFrame * FrameSize + (CpuState.MemoryAddress & 0xfff), 4 * CpuState.MemoryWords);

    private void Put(Span<byte> memory, ReadOnlySpan<uint> words)
    {
        for (int i = 0; i < words.Length; i++)
            _order.WriteWord(memory[(4 * i)..], words[i]);
    }

    private void PutHalves(Span<byte> memory, ReadOnlySpan<uint> halves)
    {
        for (int i = 0; i < halves.Length; i++)
            _order.WriteHalf(memory[(2 * i)..], (ushort)halves[i]);
    }

    // Whatever the shadow TLB does not serve is an error here.
    private bool Fault(in MemoryAccess access)
    {
        _misaligned = access.IsMisaligned;
        return false;
    }

    private DbtEngine Translating(bool translate) =>
        new(_state, this, _ram, new PollLoop(_state, new InstructionClock(new Clock(), _state, useHostTime: false)), new TranslationOptions
        {
            ByteOrder = _order,
            Threshold = 1,
            Chain = true,
            Blocks = false,
            MostFragments = 1000,
            CountLinks = false,
            Translate = translate,
            InBackground = false,
            Window = default,
            Patches = null,
            Sites = new PatchSites(_ram),
            SymbolAt = _ => null,
            Store = null,
        });

    // What Linux makes of an exit in user mode.
    private int Signal(ExitReason reason) => reason switch
    {
        ExitReason.Budget => 0,
        ExitReason.Break or ExitReason.Trap => CpuAnswer.Trap,
        ExitReason.Overflow or ExitReason.FloatingPoint => CpuAnswer.Arithmetic,
        ExitReason.Memory => _misaligned ? CpuAnswer.Bus : CpuAnswer.Segment,
        _ => CpuAnswer.Illegal,
    };

    private void LoadCode(CpuCase test)
    {
        Span<byte> place = Code[(int)(CpuState.Code - CpuState.CodePage)..];
        uint filler = test.IsMips16 ? CpuState.Mips16Breaks : CpuState.Break;
        if (_filler != filler)
            Put(Code, Enumerable.Repeat(filler, FrameSize / 4).ToArray());
        _filler = filler;
        Put(place, Enumerable.Repeat(filler, _longest).ToArray());
        _longest = Math.Max(_longest, test.Code.Length);
        if (test.IsMips16)
            PutHalves(place, test.Code);
        else
            Put(place, test.Code);
        _ram.Code.Invalidate(CodeFrame);
    }

    private void Load(uint[] state, uint entry)
    {
        for (int i = 1; i < 32; i++)
            _state->Gpr[i] = state[i];
        (_state->Hi, _state->Lo, _state->Fcsr) = (state[CpuState.Hi], state[CpuState.Lo], state[CpuState.Fcsr]);
        for (int i = 0; i < 32; i++)
            _state->Fpr[i] = (ulong)state[CpuState.Float + 2 * i + 1] << 32 | state[CpuState.Float + 2 * i];
        Put(Memory, state.AsSpan(CpuState.Memory, CpuState.MemoryWords));
        bool wide = state[CpuState.WideFloat] != 0;
        _state->FloatRegisters64 = wide ? 1 : 0;
        _state->Mode = TranslationMode.Float | (wide ? TranslationMode.Float64 : 0);
        _state->LinkBit = 0;
        _state->Pc = entry;
        _state->Budget = Budget;
    }

    private uint[] Store()
    {
        uint[] state = new uint[CpuState.Words];
        state[CpuState.WideFloat] = (uint)_state->FloatRegisters64;
        for (int i = 1; i < 32; i++)
            state[i] = (uint)_state->Gpr[i];
        (state[CpuState.Hi], state[CpuState.Lo], state[CpuState.Fcsr]) = ((uint)_state->Hi, (uint)_state->Lo, _state->Fcsr);
        for (int i = 0; i < 32; i++)
            (state[CpuState.Float + 2 * i], state[CpuState.Float + 2 * i + 1]) = ((uint)_state->Fpr[i], (uint)(_state->Fpr[i] >> 32));
        for (int i = 0; i < CpuState.MemoryWords; i++)
            state[CpuState.Memory + i] = _order.Word(Memory[(4 * i)..]);
        state[CpuState.Fcsr + 1] = CpuState.Baseline[CpuState.Fcsr + 1];
        return state;
    }
}
