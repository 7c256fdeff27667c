using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>
/// The way to guest memory from a region of kernel code: most of what it touches is in kseg0, which is one linear
/// window. A base register is looked at once, and the tables of the shadow TLB serve the rest.
/// </summary>
internal sealed class RegionMemory : IGuestMemory
{
    // A base register this far from both ends of RAM stays within it whatever 16-bit offset is added.
    private const int WindowMargin = 32768;

    private const int PageBits = 12;
    private const int PageBytes = 1 << PageBits;

    private readonly CodeEmitter _code;
    private readonly StateLayout _layout;
    private readonly TranslationContext _context;
    private readonly RegionCursor _at;
    private readonly RegionRegisters _registers;
    private readonly FragmentFrame _frame;
    private readonly ShadowTlbMemory _tables;
    private readonly HeldPages _held;
    private readonly NativeValue _kseg0;

    /// <summary>The way from a region.</summary>
    /// <param name="code">Where the code goes.</param>
    /// <param name="layout">Where the guest is.</param>
    /// <param name="context">Where kseg0 is, and whether base registers are expected to point there.</param>
    /// <param name="at">Where the compilation stands.</param>
    /// <param name="registers">The registers, and what is known of them.</param>
    /// <param name="frame">How to leave.</param>
    public RegionMemory(
        CodeEmitter code, StateLayout layout, TranslationContext context, RegionCursor at, RegionRegisters registers,
        FragmentFrame frame)
    {
        (_code, _layout, _context, _at, _registers, _frame) = (code, layout, context, at, registers, frame);
        _tables = new ShadowTlbMemory(code, layout, frame);
        _held = new HeldPages(
            code, at, frame, _tables, onlyOffsets: context.Bases == BaseExpectation.HeldOffsets);
        _kseg0 = code.Declare<NativeValue>(ExpressionType.Native);
    }

    /// <summary>Declares what is held in locals, before anything is emitted.</summary>
    public void Declare(Region region, RegionFlow flow)
    {
        if (_context.Bases is BaseExpectation.HeldPages or BaseExpectation.HeldOffsets)
            _held.Declare(region, flow, _context.Float64);
    }

    /// <summary>kseg0 = s->Kseg0;</summary>
    public void EmitEntry()
    {
        if (UsesWindow)
            _code.Assign(_kseg0, Guest.State.Native(_layout.Kseg0));
        _held.EmitEntry();
    }

    /// <inheritdoc/>
    public NativeValue HostAddress(AccessSize size, Node address, bool store)
    {
        if (!UsesWindow)
        {
            if (_context.Bases != BaseExpectation.None && InSpan(size, address, store) is { } host)
                return host;
            return _held.Serves(store) ? _held.HostAddress(size, address) : _tables.HostAddress(size, address, store);
        }
        if (BaseAndOffset(address.Expression) is ({ } register, int offset) && (offset & (int)size - 1) == 0)
        {
            int alignment = (int)uint.TrailingZeroCount((uint)size);
            // A lone store is cheaper through the table, which guards it as well.
            if (!store || _registers.IsInWindow(register, alignment) || Ahead(register).Count > 1)
            {
                CheckWindow(register, alignment);
                if (store)
                    GuardStores(register, offset, offset + (int)size - 1);
                // host = (nuint)base + kseg0 + offset;
                return _registers.Local(register).ToNative() + _kseg0 + offset;
            }
        }
        if (IsInRam(address, size))
        {
            if (store)
                GuardStore(address);
            // host = kseg0 + address;
            return _kseg0 + (uint)address.Expression.Value;
        }
        return _tables.HostAddress(size, address, store);
    }

    /// <inheritdoc/>
    public void Probe(Node address)
    {
        // kseg0 always translates.
        if (UsesWindow && BaseAndOffset(address.Expression).Register is { } register)
            CheckWindow(register, 0);
        else if (!(UsesWindow && IsInRam(address, AccessSize.Byte)))
            _tables.Probe(address);
    }

    /// <summary>
    /// The host address of an access that is looked up with others of the block off the same base; null if it is not.
    /// </summary>
    private NativeValue? InSpan(AccessSize size, Node address, bool store)
    {
        if (BaseAndOffset(address.Expression) is not ({ } register, int offset) || (offset & (int)size - 1) != 0)
            return null;
        int last = offset + (int)size - 1;
        if (_registers.SpanOf(register) is not { } span || offset < span.First || last > span.Last
            || store && !span.IsWritable)
        {
            if (_registers.IsAlone(register))
                return null;
            AccessSpan ahead = Ahead(register);
            if (ahead.Near < 2 || offset < ahead.First || last > ahead.Last || ahead.Last - ahead.First >= PageBytes)
            {
                _registers.NoteAlone(register);
                return null;
            }
            span = LookUp(register, ahead);
        }
        // host = first + (offset - first's)
        return span.Host + (offset - span.First);
    }

    private RegionRegisters.Span LookUp(int register, AccessSpan ahead)
    {
        // As aligned as the widest access has to be, and not on an earlier page for that.
        int first = ahead.First & -ahead.Widest;
        Node begin = _registers.Read(register) + Node.Constant(first);
        bool stores = ahead.Stores > 0;
        var span = new RegionRegisters.Span(HostOf(ahead, register, begin, first), first, ahead.Last, stores);
        _registers.NoteSpan(register, span);
        return span;
    }

    private NativeValue HostOf(AccessSpan ahead, int register, Node begin, int first)
    {
        if (_held.Serves(ahead.Stores > 0))
            return _code.Copy(_held.HostSpan((AccessSize)ahead.Widest, begin, ahead.Last - first + 1));
        if (ahead.Last - first >= ahead.Widest)
        {
            // if ((begin ^ base + last) >>> 12 != 0) miss;
            Node end = _registers.Read(register) + Node.Constant(ahead.Last);
            _code.GotoIf((IntValue)(begin ^ end) >>> PageBits, _frame.WindowMissLabel());
        }
        return _code.Copy(_tables.HostAddress((AccessSize)ahead.Widest, begin, ahead.Stores > 0));
    }

    private bool UsesWindow => _context.Bases == BaseExpectation.Kseg0;

    private AccessSpan Ahead(int register) => AccessSpan.Ahead(_at, register, _context.Float64);

    private bool IsInRam(Node address, AccessSize size) =>
        address.Expression is { IsConstant: true, Value: var value } && ((uint)value & (uint)size - 1) == 0
            && _context.Window.HoldsRam((uint)value);

    /// <summary>
    /// Makes sure, once for each value of a base register, that it points into kseg0 and so does whatever a 16-bit
    /// offset makes of it.
    /// </summary>
    private void CheckWindow(int register, int alignment)
    {
        if (_registers.IsInWindow(register, alignment))
            return;
        // if (ror(base - kseg0 - margin, alignment) >= window - 2 * margin >> alignment) miss;
        IntValue linear = _code.Copy(_registers.Local(register) - (int)(_context.Window.Start + WindowMargin));
        int size = (int)(_context.Window.RamBytes - 2 * WindowMargin >> alignment);
        _code.GotoUnless(linear.RotatedRight(alignment).IsBelow(size), _frame.WindowMissLabel());
        _registers.NoteInWindow(register, alignment);
    }

    /// <summary>
    /// Gives the unit up if a store to these bytes, counted from a base register, must not go unseen. Several stores
    /// off one base are looked at together, at the first of them.
    /// </summary>
    private void GuardStores(int register, int first, int last)
    {
        const int Several = 3;
        if (_registers.IsGuarded(register, first, last))
            return;
        Node address = _registers.Read(register);
        AccessSpan ahead = Ahead(register);
        if (ahead.Stores < Several || ahead.LastStored - ahead.FirstStored >= PageBytes)
        {
            GuardStore(address + Node.Constant(first));
            return;
        }
        // What is no longer than a page is on no other pages than its ends.
        GuardStore(address + Node.Constant(ahead.FirstStored));
        GuardStore(address + Node.Constant(ahead.LastStored));
        _registers.NoteGuarded(register, ahead.FirstStored, ahead.LastStored);
    }

    // if (s->StoreGuard[address >>> 12] != 0) give up;
    private void GuardStore(IntValue address) =>
        _code.GotoIf(
            (Guest.State.Native(_layout.StoreGuard) + (address >>> PageBits).ToNative()).Byte(0), _frame.GiveUpLabel());

    // Base register and offset of an address, if it has them.
    private static (int? Register, int Offset) BaseAndOffset(Expression e) => e switch
    {
        { Kind: ExpressionKind.Local, Register: >= 0 } => (e.Register, 0),
        { Kind: ExpressionKind.Add, A: { Kind: ExpressionKind.Local, Register: >= 0 }, B.IsConstant: true } =>
            (e.A.Register, (int)e.B.Value),
        _ => (null, 0),
    };
}
