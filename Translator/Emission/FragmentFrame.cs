using System.Reflection.Emit;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>
/// The frame of a fragment: it is entered at one place and left at one, or at two where it jumps to addresses it
/// computed. Every way out sets where to go, and jumps there.
/// </summary>
internal sealed class FragmentFrame : IUnitExits
{
    private static readonly NativeValue s_links = CodeEmitter.Argument<NativeValue>(1, ExpressionType.Native);

    private readonly CodeEmitter _code;
    private readonly StateLayout _layout;
    private readonly RegionCursor _at;
    private readonly int _longestPath;
    private readonly IReadOnlyList<uint> _pages;
    private readonly LongValue _budget;
    private readonly IntValue _exitPc;
    private readonly NativeValue _exitLink;
    private readonly LongValue _exit;
    private readonly Label _sideExit;
    private readonly Label _flush;
    private readonly Label _flushIndirect;
    private readonly Dictionary<uint, int> _links = [];
    private readonly Label?[] _giveUp = new Label?[LinkLayout.FirstTarget];
    private bool _usesIndirect;

    /// <summary>A frame.</summary>
    /// <param name="code">Where the code goes.</param>
    /// <param name="layout">Where the guest is.</param>
    /// <param name="at">Where the compilation stands.</param>
    /// <param name="longestPath">Instructions of the longest path without a back edge.</param>
    /// <param name="pages">The pages that are looked up on the way into them.</param>
    public FragmentFrame(
        CodeEmitter code, StateLayout layout, RegionCursor at, int longestPath, IReadOnlyList<uint> pages)
    {
        (_code, _layout, _at, _longestPath, _pages) = (code, layout, at, longestPath, pages);
        _budget = code.Declare<LongValue>(ExpressionType.Int64);
        _exitPc = code.Declare<IntValue>(ExpressionType.Int32);
        _exitLink = code.Declare<NativeValue>(ExpressionType.Native);
        _exit = code.Declare<LongValue>(ExpressionType.Int64);
        _sideExit = code.DefineLabel();
        _flush = code.DefineLabel();
        _flushIndirect = code.DefineLabel();
    }

    /// <summary>What the fragment's slots are for.</summary>
    public RegionLinks Links => new(_pages, [.. _links.OrderBy(link => link.Value).Select(link => link.Key)]);

    /// <summary>1 if the budget is enough for the longest path, else 0.</summary>
    public IntValue HasBudget => _budget.IsAtLeast(_longestPath);

    /// <summary>Whether the unit has been left, or given up, whatever happens: nothing behind it is reached.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>Emits the entry, but for what loads registers.</summary>
    public void EmitEntry()
    {
        Label enough = _code.DefineLabel(), quiet = _code.DefineLabel();
        // budget = s->Budget; if (budget < longest path) return 0;
        _code.Assign(_budget, Guest.State.Long(_layout.Budget));
        _code.GotoIf(HasBudget, enough);
        _code.Return(0);
        _code.Mark(enough);
        // if (--links->EntriesLeft < 0) return busy;
        LongValue entriesLeft = s_links.Long(LinkLayout.EntriesLeft);
        _code.Assign(entriesLeft, entriesLeft + -1);
        _code.GotoIf(entriesLeft.IsAtLeast(0), quiet);
        _code.Return(LinkLayout.Busy);
        _code.Mark(quiet);
        // s->Entries++;
        if (_layout.Entries is { } entries)
            _code.Assign(Guest.State.Long(entries), Guest.State.Long(entries) + 1);
    }

    /// <summary>budget += instructions;</summary>
    public void AddToBudget(int instructions)
    {
        if (instructions != 0)
            _code.Assign(_budget, _budget + instructions);
    }

    /// <summary>Begins a unit: nothing has left it.</summary>
    public void BeginUnit()
    {
        HasLeft = false;
        Array.Clear(_giveUp);
    }

    /// <inheritdoc/>
    public void GiveUp()
    {
        if (!HasLeft)
            _code.Goto(GiveUpLabel());
        HasLeft = true;
    }

    /// <inheritdoc/>
    public Label GiveUpLabel() => LabelOf(LinkLayout.GiveUp);

    /// <summary>Where to go if a base register does not point into kseg0.</summary>
    public Label WindowMissLabel() => LabelOf(LinkLayout.WindowMiss);

    /// <summary>Leaves for the hypervisor, as the interpreter would if it were given the instruction.</summary>
    public void Leave(ExitReason reason)
    {
        // Behind a delay slot execution goes on where the branch leads: the interpreter knows.
        if (_at.IsInDelaySlot)
            GiveUp();
        if (HasLeft)
            return;
        // s->Left = reason; s->ExitWord = word; side exit
        _code.Assign(Guest.State.Int(_layout.Left), (int)reason);
        _code.Assign(Guest.State.Int(_layout.ExitWord), (int)_at.Instruction.Word);
        ExitAside(_at.UnitPc, _at.Unexecuted, LinkLayout.Leave);
        HasLeft = true;
    }

    /// <summary>1 if a page is no more where its code was read, else 0.</summary>
    public IntValue HasMoved(uint page)
    {
        int slot = 0;
        while (_pages[slot] != page)
            slot++;
        // s->FetchTable[page] != links[slot].Code
        int at = (LinkLayout.FirstTarget + slot) * LinkLayout.Bytes + LinkLayout.Code;
        NativeValue entry = Guest.State.Native(_layout.FetchTable).Native(page * sizeof(long));
        return entry.IsNot(s_links.Native(at));
    }

    /// <summary>
    /// Goes on at an address of the guest that needs no looking up: on the page that is left, or that was entered, or
    /// in kseg0.
    /// </summary>
    public void ExitTo(uint target)
    {
        if (!_links.TryGetValue(target, out int link))
            _links[target] = link = LinkLayout.FirstTarget + _pages.Count + _links.Count;
        // exitPc = target; exitLink = link; goto flush;
        _code.Assign(_exitPc, (int)target);
        _code.Assign(_exitLink, link * LinkLayout.Bytes);
        _code.Goto(_flush);
    }

    /// <summary>Goes on at an address of the guest that was computed, or lies on another page.</summary>
    public void ExitTo(IntValue target)
    {
        // exitPc = target; goto flushIndirect;
        _code.Assign(_exitPc, target);
        _code.Goto(_flushIndirect);
        _usesIndirect = true;
    }

    /// <summary>Returns to the dispatcher, for want of budget, before a unit.</summary>
    public void ExitBefore(uint pc) => ExitAside(pc, 0, LinkLayout.GiveUp);

    /// <summary>Emits the one exit, and that behind computed jumps.</summary>
    /// <param name="flush">Emits what stores registers.</param>
    public void EmitExit(Action flush)
    {
        EmitSideExits();
        EmitFlush(_flush, flush);
        // slot = links + exitLink; return slot->Code(s, slot->Links);
        NativeValue slot = _code.Copy(s_links + _exitLink);
        _code.TailCall(slot.Native(LinkLayout.Code), Guest.State.Expression, slot.Native(LinkLayout.Links).Expression);
        if (!_usesIndirect)
            return;
        EmitFlush(_flushIndirect, flush);
        if (_layout.BlockTable is { } table)
            EmitLookUp(table);
        _code.Return(0);
    }

    private Label LabelOf(int link)
    {
        if (_giveUp[link] is { } existing)
            return existing;
        Label label = _code.DefineLabel();
        _giveUp[link] = label;
        (uint pc, int unexecuted) = (_at.UnitPc, _at.Unexecuted);
        _code.Cold(() =>
        {
            _code.Mark(label);
            ExitAside(pc, unexecuted, link);
        });
        return label;
    }

    // Leaves the region in the middle of a block. There are many places that do, and they are seldom taken: a word says
    // all about one.
    private void ExitAside(uint pc, int unexecuted, int link)
    {
        // exit = link << 48 | unexecuted << 32 | pc; goto sideExit;
        _code.Assign(_exit, (long)link * LinkLayout.Bytes << 48 | (long)unexecuted << 32 | pc);
        _code.Goto(_sideExit);
    }

    private void EmitSideExits()
    {
        _code.Mark(_sideExit);
        // budget += exit >>> 32 & 0xffff; exitPc = (int)exit; exitLink = (nint)(exit >>> 48);
        _code.Assign(_budget, _budget + (_exit >>> 32 & 0xffff));
        _code.Assign(_exitPc, _exit.ToInt32());
        _code.Assign(_exitLink, (_exit >>> 48).ToNative());
    }

    private void EmitFlush(Label label, Action flush)
    {
        _code.Mark(label);
        flush();
        // s->Budget = budget; s->Pc = (uint)exitPc;
        _code.Assign(Guest.State.Long(_layout.Budget), _budget);
        _code.Assign(Guest.State.Long(_layout.Pc), _exitPc.ToUInt64());
    }

    // Goes on with the fragment at exitPc, if the block table has it.
    private void EmitLookUp(int table)
    {
        NativeValue s = Guest.State;
        Label miss = _code.DefineLabel();
        // block = s->Blocks + s->BlockTable[(pc >>> 2 ^ pc >>> 18) & mask];
        IntValue index = (_exitPc >>> 2 ^ _exitPc >>> 18) & (1 << _layout.BlockTableBits) - 1;
        NativeValue block =
            _code.Copy(s.Native(_layout.Blocks) + s.Native(table).Element(index, sizeof(int)).Int(0).ToNative());
        // if (block->Pc != pc || block->Code == 0) goto miss;
        _code.GotoIf(block.Long(_layout.BlockPc).IsNot(_exitPc.ToUInt64()), miss);
        _code.GotoIf(block.Native(_layout.BlockCode).IsNull(), miss);
        // if (block->Host != s->FetchTable[pc >>> 12] + pc || block->Mode != (s->Mode & block->ModeMask)) goto miss;
        _code.GotoIf(
            block.Native(_layout.BlockHost).IsNot(ShadowTlbMemory.FetchEntry(_layout, _exitPc) + _exitPc.ToNative()),
            miss);
        _code.GotoIf(block.Int(_layout.BlockMode).IsNot(s.Int(_layout.Mode) & block.Int(_layout.BlockModeMask)), miss);
        // return block->Code(s, block->Links);
        _code.TailCall(block.Native(_layout.BlockCode), s.Expression, block.Native(_layout.BlockLinks).Expression);
        _code.Mark(miss);
    }
}
