using System.Numerics;
using System.Reflection.Emit;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>
/// The registers of a region: locals, loaded at the entry and stored at the exit, and what is known of their values
/// where the compilation stands.
/// </summary>
/// <param name="code">Where the code goes.</param>
/// <param name="layout">Where the state has them.</param>
/// <param name="at">Where the compilation stands.</param>
internal sealed class RegionRegisters(CodeEmitter code, StateLayout layout, RegionCursor at) : IOperands
{
    private const int Count = 32;

    private readonly LocalBuilder?[] _locals = new LocalBuilder?[Count];
    private readonly IntValue?[] _current = new IntValue?[Count];
    private readonly IntValue?[] _inState = new IntValue?[Count];
    private readonly int[] _writes = new int[Count];
    private readonly int?[] _known = new int?[Count];
    private readonly (int Alignment, int Version)?[] _windows = new (int, int)?[Count];
    private readonly (int First, int Last, int Version)?[] _guarded = new (int, int, int)?[Count];
    private readonly (Span Span, int Version)?[] _spans = new (Span, int)?[Count];
    private readonly int?[] _alone = new int?[Count];
    private LocalBuilder? _product;
    private int _productWrites;

    /// <inheritdoc/>
    public LongValue Product
    {
        get => new(Expression.OfLocal(_product!, ExpressionType.Int64, _productWrites));
        set
        {
            code.Assign(Product, value);
            code.Versions[_product!] = ++_productWrites;
        }
    }

    /// <summary>
    /// Notes that the region names registers, a bit for each as in <see cref="Footprint.Reads"/>, before anything is
    /// emitted.
    /// </summary>
    public void Declare(ulong registers)
    {
        for (; registers != 0; registers &= registers - 1)
            Declare(BitOperations.TrailingZeroCount(registers));
    }

    private void Declare(int register)
    {
        if (register is Footprint.Hi or Footprint.Lo)
            _product ??= code.DeclareLocal(ExpressionType.Int64);
        else if (register != 0)
            _locals[register] ??= code.DeclareLocal(ExpressionType.Int32);
    }

    /// <summary>Loads every register the region names.</summary>
    public void EmitEntry()
    {
        // rN = s->Gpr[N];
        for (int register = 0; register < Count; register++)
        {
            if (_locals[register] is not null)
                code.Assign(Local(register), InState(register));
        }
        if (_product is not null)
            code.Assign(Product, Guest.Product(layout));
    }

    /// <summary>Stores every register the region writes.</summary>
    public void EmitFlush()
    {
        // s->Gpr[N] = rN;
        for (int register = 0; register < Count; register++)
        {
            if (_locals[register] is not null && _writes[register] != 0)
                code.Assign(InState(register), Local(register));
        }
        if (_product is not null && _productWrites > 0)
            Guest.SetProduct(code, layout, Product);
    }

    /// <summary>A register's local, as it is now; it has one if the region names it, and is not register 0.</summary>
    public IntValue Local(int register) => _current[register] ??=
        new(Expression.OfLocal(_locals[register]!, ExpressionType.Int32, _writes[register], register));

    private IntValue InState(int register) => _inState[register] ??= Guest.Register(layout, register);

    /// <inheritdoc/>
    public Node Read(Operand operand) => operand switch
    {
        Operand.Hi => (Product >> 32).ToInt32().ToWord(),
        Operand.Lo => Product.ToInt32().ToWord(),
        _ => Read(Number(operand)),
    };

    /// <inheritdoc/>
    // A constant, where it is known.
    public Node Read(int register)
    {
        if (register == 0)
            return Node.Constant(0);
        return _known[register] is { } value ? Node.Constant(value) : Local(register).ToWord();
    }

    /// <inheritdoc/>
    public void Write(Operand operand, Node value)
    {
        if (operand is not (Operand.Hi or Operand.Lo))
        {
            Write(Number(operand), value);
            return;
        }
        // product = product & 0xffffffff | (long)hi << 32; or product = product & ~0xffffffffL | (uint)lo;
        LongValue half = ((IntValue)value).ToUInt64();
        Product = operand == Operand.Hi ? Product & uint.MaxValue | half << 32 : Product & ~(long)uint.MaxValue | half;
    }

    /// <inheritdoc/>
    public Node Constant(long value) => Node.Constant(value);

    /// <summary>Forgets what is known: another way leads here.</summary>
    public void Forget()
    {
        Array.Clear(_known);
        Array.Clear(_windows);
        Array.Clear(_guarded);
        Array.Clear(_spans);
        Array.Clear(_alone);
    }

    /// <summary>Notes that a register holds a constant: a comparison has shown it.</summary>
    public void Know(int register, int value) => _known[register] = register == 0 ? null : value;

    /// <summary>What is known now.</summary>
    public Knowledge Remember()
    {
        var knowledge = new Knowledge([], [.. _known]);
        for (int register = 0; register < Count; register++)
        {
            (int Alignment, int Version)? window = _windows[register];
            (int First, int Last, int Version)? guarded = _guarded[register];
            bool inWindow = window?.Version == _writes[register], isGuarded = guarded?.Version == _writes[register];
            Span? span = SpanOf(register);
            if (!inWindow && !isGuarded && span is null)
                continue;
            knowledge.Bases.Add(new KnownBase(
                register, inWindow ? window!.Value.Alignment : null,
                isGuarded ? (guarded!.Value.First, guarded.Value.Last) : null, span));
        }
        return knowledge;
    }

    /// <summary>Knows again what was known there, and no more: from there alone the way leads here.</summary>
    public void Recall(Knowledge knowledge)
    {
        Forget();
        knowledge.Constants.CopyTo(_known, 0);
        foreach (KnownBase known in knowledge.Bases)
        {
            if (known.Alignment is { } alignment)
                NoteInWindow(known.Register, alignment);
            if (known.Guarded is { } guarded)
                NoteGuarded(known.Register, guarded.First, guarded.Last);
            if (known.Span is { } span)
                NoteSpan(known.Register, span);
        }
    }

    /// <summary>What is known of the registers at a place.</summary>
    /// <param name="Bases">What accesses off them have shown.</param>
    /// <param name="Constants">By register, where it holds one.</param>
    public sealed record Knowledge(List<KnownBase> Bases, int?[] Constants);

    /// <summary>What is known of a base register.</summary>
    /// <param name="Register">Which.</param>
    /// <param name="Alignment">How many low bits are clear, if it points into kseg0.</param>
    /// <param name="Guarded">Bytes off it that stores to are no one's business.</param>
    /// <param name="Span">Bytes off it that have been looked up.</param>
    public sealed record KnownBase(int Register, int? Alignment, (int First, int Last)? Guarded, Span? Span);

    /// <summary>Whether a register is known to point into kseg0, with so many low bits clear.</summary>
    public bool IsInWindow(int register, int alignment) =>
        _windows[register] is { } window && window.Version == _writes[register] && window.Alignment >= alignment;

    /// <summary>Notes that it does.</summary>
    public void NoteInWindow(int register, int alignment) => _windows[register] = (alignment, _writes[register]);

    /// <summary>Whether stores to these bytes, counted from a register, are known to be no one's business.</summary>
    public bool IsGuarded(int register, int first, int last) =>
        _guarded[register] is { } guarded && guarded.Version == _writes[register] && guarded.First <= first
            && last <= guarded.Last;

    /// <summary>Notes that they are.</summary>
    public void NoteGuarded(int register, int first, int last) => _guarded[register] = (first, last, _writes[register]);

    /// <summary>Bytes off a register, as it is now, that have been looked up.</summary>
    public Span? SpanOf(int register) =>
        _spans[register] is { } known && known.Version == _writes[register] ? known.Span : null;

    /// <summary>Notes that they have.</summary>
    public void NoteSpan(int register, Span span) => _spans[register] = (span, _writes[register]);

    /// <summary>
    /// Whether accesses off a register, as it is now, were found to be looked up each by itself to the end of the
    /// block.
    /// </summary>
    public bool IsAlone(int register) => _alone[register] == _writes[register];

    /// <summary>Notes that they are.</summary>
    public void NoteAlone(int register) => _alone[register] = _writes[register];

    /// <summary>Bytes off a base register that lie on one page.</summary>
    /// <param name="Host">Where the first of them is in host memory.</param>
    /// <param name="First">The first, counted from the base.</param>
    /// <param name="Last">The last.</param>
    /// <param name="IsWritable">Whether they may be stored to.</param>
    public sealed record Span(NativeValue Host, int First, int Last, bool IsWritable);

    /// <inheritdoc/>
    public void Write(int register, Node value)
    {
        if (register == 0)
            return;
        // rN = value;
        code.Assign<IntValue>(Local(register), value);
        code.Versions[_locals[register]!] = ++_writes[register];
        _current[register] = null;
        _known[register] = value.Expression.IsConstant ? (int)value.Expression.Value : null;
    }

    private int Number(Operand operand) => operand switch
    {
        Operand.S => at.Instruction.Rs,
        Operand.T => at.Instruction.Rt,
        Operand.D => at.Instruction.Rd,
        _ => 31,
    };
}
