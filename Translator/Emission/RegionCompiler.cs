using System.Numerics;
using System.Reflection.Emit;
using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>
/// Compiles a region to one method, <c>nint Fragment(GuestState* s, LinkSlot* links)</c>. Guest registers are locals,
/// loaded at the entry and stored at the one exit; every way out sets where to go and jumps there.
/// </summary>
/// <remarks>
/// A link slot is two words: the code to go on with, and the links to hand it. Slot 0 leads back to the dispatcher with
/// the unit at PC not executed; a slot that is not linked yet leads back with its own address.
/// </remarks>
public sealed class RegionCompiler : MeaningEmitter
{
    /// <summary>Bytes of a link slot.</summary>
    public const int LinkBytes = 16;

    /// <summary>The link that leaves the unit at PC to the interpreter.</summary>
    public const int GiveUpLink = 0;

    /// <summary>
    /// Offset in the link slots of the number of entries until the fragment asks to be looked at: the second word of <see cref="GiveUpLink"/>, whose
    /// code has no use for it.
    /// </summary>
    public const int EntriesLeft = 8;

    /// <summary>What a fragment returns, having done nothing, when <see cref="EntriesLeft"/> has run out.</summary>
    public const int Busy = 2;

    /// <summary>The link that leaves for the hypervisor: the unit at PC is one instruction, and <see cref="StateLayout.Left"/> says what it met.</summary>
    public const int LeaveLink = 1;

    /// <summary>The link that leaves the unit to the interpreter because a base register did not point into kseg0, as had been expected.</summary>
    public const int WindowMissLink = 2;

    /// <summary>The first link that leads to a guest address.</summary>
    public const int FirstTargetLink = 3;

    // A base register this far from both ends of RAM stays within it whatever 16-bit offset is added.
    private const int WindowMargin = 32768;

    private const int RegisterCount = 32;
    private const int MostReturnPoints = 4;

    private static readonly InstructionRow<EmittingProcessor>[] s_rows = InstructionTable<EmittingProcessor, Node>.Rows;
    private static readonly Decoder s_decoder = new(s_rows);

    private static readonly NativeValue s_links = CodeEmitter.Argument<NativeValue>(1, ExpressionType.Native);

    private readonly StateLayout _layout;
    private readonly TranslationContext _context;
    private readonly Region _region;
    private readonly LocalBuilder?[] _registers = new LocalBuilder?[RegisterCount];
    private readonly int[] _writes = new int[RegisterCount];
    private readonly int?[] _known = new int?[RegisterCount];
    private readonly (int Alignment, int Version)?[] _windows = new (int, int)?[RegisterCount];
    private readonly (int First, int Last, int Version)?[] _guarded = new (int, int, int)?[RegisterCount];
    private readonly Dictionary<uint, Label> _blockLabels = [];
    private readonly Dictionary<uint, int> _links = [];
    private readonly List<uint> _returnPoints = [];
    private readonly HashSet<uint> _continues = [];
    private readonly FloatCompiler _float;
    private LocalBuilder? _product;
    private int _productWrites;
    private readonly LongValue _budget;
    private readonly IntValue _exitPc;
    private readonly NativeValue _kseg0;
    private RegionBlock? _block;
    private readonly NativeValue _exitLink;
    private readonly LongValue _exit;
    private readonly Label _sideExit;
    private readonly Label _flush;
    private readonly Label _flushIndirect;

    private Instruction _current;
    private uint _currentPc;
    private Node? _condition;
    private Node _target;
    private bool _likely;
    private bool _isSwitch;
    private uint _unitPc;
    private int _unitIndex;
    private int _blockLength;
    private readonly Label?[] _giveUp = new Label?[FirstTargetLink];
    private bool _gaveUp;
    private bool _usesMemory;
    private bool _usesIndirect;

    private RegionCompiler(ILGenerator il, StateLayout layout, TranslationContext context, Region region)
        : base(il, layout)
    {
        (_layout, _context, _region) = (layout, context, region);
        _budget = Code.Declare<LongValue>(ExpressionType.Int64);
        _exitPc = Code.Declare<IntValue>(ExpressionType.Int32);
        _kseg0 = Code.Declare<NativeValue>(ExpressionType.Native);
        _exitLink = Code.Declare<NativeValue>(ExpressionType.Native);
        _exit = Code.Declare<LongValue>(ExpressionType.Int64);
        _sideExit = Code.DefineLabel();
        _flush = Code.DefineLabel();
        _flushIndirect = Code.DefineLabel();
        _float = new FloatCompiler(this, il, layout, context);
    }

    /// <summary>The instruction being compiled.</summary>
    public override Instruction Current => _current;

    /// <summary>Its address.</summary>
    public override uint CurrentPc => _currentPc;

    /// <inheritdoc/>
    public override FloatCompiler Float => _float;

    /// <summary>Emits a region.</summary>
    /// <returns>The guest addresses its links lead to, from <see cref="FirstTargetLink"/> on.</returns>
    public static IReadOnlyList<uint> Compile(Region region, ILGenerator il, StateLayout layout, TranslationContext context)
    {
        var compiler = new RegionCompiler(il, layout, context, region);
        compiler.CompileAll();
        return [.. compiler._links.OrderBy(link => link.Value).Select(link => link.Key)];
    }

    private void CompileAll()
    {
        foreach (RegionBlock block in _region.Blocks)
            _blockLabels[block.Pc] = Code.DefineLabel();
        FindReturnPoints();
        FindContinuations();
        DeclareRegisters();
        EmitEntry();
        for (int i = 0; i < _region.Blocks.Count; i++)
            CompileBlock(_region.Blocks[i], i + 1 < _region.Blocks.Count ? _region.Blocks[i + 1].Pc : null);
        Code.EmitCold();
        EmitSideExits();
        EmitFlush(_flush);
        EmitLinkedJump();
        if (_usesIndirect)
        {
            EmitFlush(_flushIndirect);
            EmitIndirectJump();
        }
    }

    /// <summary>Finds where calls within the region return to: indirect jumps try those first.</summary>
    private void FindReturnPoints()
    {
        foreach (RegionBlock block in _region.Blocks)
        {
            if (!block.EndsInBranch || _returnPoints.Count == MostReturnPoints || !_blockLabels.ContainsKey(block.End))
                continue;
            var targets = BranchTargets.Of(block.Words[^2], block.End - 8);
            if (targets.IsCall && targets.Target is { } callee && _blockLabels.ContainsKey(callee))
                _returnPoints.Add(block.End);
        }
    }

    /// <summary>Finds the blocks that only the block before them leads to: what is known there goes on being known.</summary>
    private void FindContinuations()
    {
        var entries = new Dictionary<uint, int> { [_region.Entry] = 1 };
        var fallsInto = new HashSet<uint>();
        void Count(uint pc) => entries[pc] = entries.GetValueOrDefault(pc) + 1;
        for (int i = 0; i < _region.Blocks.Count; i++)
        {
            RegionBlock block = _region.Blocks[i];
            if (!block.EndsInBranch)
            {
                Count(block.End);
                fallsInto.Add(block.End);
                continue;
            }
            uint word = block.Words[^2];
            var targets = BranchTargets.Of(word, block.End - 8);
            if (targets.Target is { } target)
                Count(target);
            if (targets.FallsThrough)
            {
                Count(block.End);
                fallsInto.Add(block.End);
            }
            // A nullified slot leads behind it with less known than the slot's own way.
            if (InstructionSet.Find(word).Has(InstructionFlags.Likely))
                Count(block.End);
        }
        foreach (uint point in _returnPoints)
            Count(point);
        foreach (uint target in _region.ComputedTargets)
            Count(target);
        for (int i = 1; i < _region.Blocks.Count; i++)
        {
            RegionBlock block = _region.Blocks[i];
            if (entries.GetValueOrDefault(block.Pc) == 1 && fallsInto.Contains(block.Pc) && _region.Blocks[i - 1].End == block.Pc)
                _continues.Add(block.Pc);
        }
    }

    /// <summary>Finds every register the region names: those are loaded at the entry.</summary>
    private void DeclareRegisters()
    {
        foreach (RegionBlock block in _region.Blocks)
        {
            foreach (uint word in block.Words)
            {
                InstructionRow row = s_rows[s_decoder.Find(word)];
                var fields = new Instruction(word);
                Footprint footprint = Footprint.Of(word, _context.Float64);
                _usesMemory |= row.Has(InstructionFlags.Load | InstructionFlags.Store);
                if (row.Has(InstructionFlags.Sensitive))
                {
                    // What the meaning leaves to the hypervisor, a patch does here.
                    if (footprint.Exit is ExitReason.Mfc0 or ExitReason.Mtc0 or ExitReason.Di or ExitReason.Ei)
                        Declare(fields.Rt);
                    else if (footprint.Exit is ExitReason.Cache or ExitReason.Synci)
                        Declare(fields.Rs);
                    continue;
                }
                for (ulong named = footprint.Reads | footprint.Writes; named != 0; named &= named - 1)
                    Declare(BitOperations.TrailingZeroCount(named));
                if (row.Has(InstructionFlags.Float) && _context.Float != FloatMode.Unusable)
                    _float.Declare(footprint);
            }
        }
    }

    private void Declare(int register)
    {
        if (register is Footprint.Hi or Footprint.Lo)
            _product ??= Code.DeclareLocal(ExpressionType.Int64);
        else if (register != 0)
            _registers[register] ??= Code.DeclareLocal(ExpressionType.Int32);
    }

    /// <inheritdoc/>
    public override Node Read(Operand operand) => operand switch
    {
        Operand.Hi => (Product >> 32).ToInt32().ToWord(),
        Operand.Lo => Product.ToInt32().ToWord(),
        _ => Read(Number(operand)),
    };

    /// <inheritdoc/>
    public override void Write(Operand operand, Node value)
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
    protected override LongValue Product
    {
        get => new(Expression.OfLocal(_product!, ExpressionType.Int64) with { Version = _productWrites });
        set
        {
            Code.Assign(new LongValue(Expression.OfLocal(_product!, ExpressionType.Int64)), value);
            Code.Versions[_product!] = ++_productWrites;
        }
    }

    /// <inheritdoc/>
    public override Node Constant(long value) => Node.Constant(value);

    private int Number(Operand operand) => operand switch
    {
        Operand.S => _current.Rs,
        Operand.T => _current.Rt,
        Operand.D => _current.Rd,
        _ => 31,
    };

    private Node Read(int register)
    {
        if (register == 0)
            return Node.Constant(0);
        if (_known[register] is { } value)
            return Node.Constant(value);
        return RegisterLocal(register).ToWord();
    }

    private IntValue RegisterLocal(int register) =>
        new(Expression.OfLocal(_registers[register]!, ExpressionType.Int32) with { Register = register, Version = _writes[register] });

    private void Write(int register, Node value)
    {
        if (register == 0)
            return;
        // rN = value;
        LocalBuilder local = _registers[register]!;
        Code.Assign(new Node(Expression.OfLocal(local, ExpressionType.Int32)), value);
        Code.Versions[local] = ++_writes[register];
        _known[register] = value.Expression.IsConstant ? (int)value.Expression.Value : null;
    }

    /// <inheritdoc/>
    public override void Branch(Node condition, Node target, bool likely)
    {
        _condition = new Node(Freeze(condition.Expression));
        _target = target.Expression.IsConstant ? target : Hold(target);
        _likely = likely;
        _isSwitch = _region.ComputedTargets.Count > 0 && BranchTargets.Of(_current.Word, _currentPc).IsSwitch;
    }

    /// <inheritdoc/>
    public override void GiveUp()
    {
        if (_gaveUp)
            return;
        Code.Goto(GiveUpLabel());
        _gaveUp = true;
    }

    /// <inheritdoc/>
    public override void Exit(ExitReason reason)
    {
        if (reason == ExitReason.Synci)
            Look();
        else if (_context.Patches is { } patches && patches.Replaces(reason, _current) && !_region.Traps.Contains(_currentPc))
            CarryOut(patches.PatchOf(reason, _current), patches);
        else
            Leave(reason);
    }

    /// <summary>Leaves for the hypervisor, as the interpreter would if it were given the instruction.</summary>
    private void Leave(ExitReason reason)
    {
        // Behind a delay slot execution goes on where the branch leads: the interpreter knows.
        if (_currentPc != _unitPc)
        {
            GiveUp();
            return;
        }
        if (_gaveUp)
            return;
        // s->Left = reason; s->ExitWord = word; side exit
        Code.Assign(State.Int(_layout.Left), (int)reason);
        Code.Assign(State.Int(_layout.ExitWord), (int)_current.Word);
        EmitSideExit(_unitPc, _blockLength - _unitIndex, LeaveLink);
        _gaveUp = true;
    }

    /// <inheritdoc/>
    protected override void Look()
    {
        // kseg0 always translates.
        if (_context.UsesWindow && _current.Rs != 0)
            CheckWindow(_current.Rs, 0);
        else
            base.Look();
    }

    /// <inheritdoc/>
    public override Label GiveUpLabel() => GiveUpLabel(GiveUpLink);

    private Label GiveUpLabel(int link)
    {
        if (_giveUp[link] is { } existing)
            return existing;
        Label label = Code.DefineLabel();
        _giveUp[link] = label;
        uint pc = _unitPc;
        int unexecuted = _blockLength - _unitIndex;
        Code.Cold(() =>
        {
            Code.Mark(label);
            EmitSideExit(pc, unexecuted, link);
        });
        return label;
    }

    /// <inheritdoc/>
    public override NativeValue HostAddress(AccessSize size, Node address, bool store)
    {
        if (_context.UsesWindow && Split(address.Expression) is ({ } register, int offset) && (offset & (int)size - 1) == 0)
        {
            int alignment = (int)uint.TrailingZeroCount((uint)size);
            // A lone store is cheaper through the table, which guards it as well.
            if (!store || InWindow(register, alignment) || AccessesAhead(register).Count > 1)
            {
                CheckWindow(register, alignment);
                if (store)
                    GuardStores(register, offset, offset + (int)size - 1);
                // host = (nuint)base + kseg0 + offset;
                return RegisterLocal(register).ToNative() + _kseg0 + offset;
            }
        }
        if (_context.UsesWindow && address.Expression.IsConstant)
        {
            uint constant = (uint)address.Expression.Value;
            if (_context.Window.HoldsRam(constant) && (constant & (uint)size - 1) == 0)
            {
                if (store)
                    EmitStoreGuard(address);
                // host = kseg0 + address;
                return _kseg0 + constant;
            }
        }
        return LookUp(size, Code.Hold(address), store);
    }

    private bool InWindow(int register, int alignment) =>
        _windows[register] is { } window && window.Version == _writes[register] && window.Alignment >= alignment;

    /// <summary>
    /// Makes sure, once for each value of a base register, that it points into kseg0 and so does whatever a 16-bit offset
    /// makes of it.
    /// </summary>
    private void CheckWindow(int register, int alignment)
    {
        if (InWindow(register, alignment))
            return;
        // if (ror(base - kseg0 - margin, alignment) >= window - 2 * margin >> alignment) miss;
        IntValue linear = Code.Copy(RegisterLocal(register) - (int)(_context.Window.Start + WindowMargin));
        int most = (int)(_context.Window.RamBytes - 2 * WindowMargin >> alignment);
        Code.GotoUnless(linear.RotatedRight(alignment).IsBelow(most), GiveUpLabel(WindowMissLink));
        _windows[register] = (alignment, _writes[register]);
    }

    /// <summary>
    /// The block's accesses from here on that use a base register as it is now, how many of them are stores, and the first and the last byte
    /// that those write, counted from the base.
    /// </summary>
    private (int Count, int Stores, int First, int Last) AccessesAhead(int register)
    {
        (int Count, int Stores, int First, int Last) ahead = (0, 0, int.MaxValue, int.MinValue);
        for (int i = _unitIndex; i < _block!.Words.Count; i++)
        {
            var fields = new Instruction(_block.Words[i]);
            Footprint footprint = Footprint.Of(fields.Word, _context.Float64);
            if (footprint.AddressReads == 1ul << register)
            {
                ahead.Count++;
                if ((footprint.Flags & InstructionFlags.Store) != 0)
                    ahead = (ahead.Count, ahead.Stores + 1, Math.Min(ahead.First, fields.Immediate), Math.Max(ahead.Last, fields.Immediate + footprint.AccessBytes - 1));
            }
            if ((footprint.Writes >> register & 1) != 0)
                break;
        }
        return ahead;
    }

    /// <summary>
    /// Gives the unit up if a store to these bytes, counted from a base register, must not go unseen. Several stores off one base are
    /// looked at together, at the first of them.
    /// </summary>
    private void GuardStores(int register, int first, int last)
    {
        const int Several = 3, PageBytes = 4096;
        if (_guarded[register] is { } guarded && guarded.Version == _writes[register] && guarded.First <= first && last <= guarded.Last)
            return;
        Node address = Read(register);
        var ahead = AccessesAhead(register);
        if (ahead.Stores < Several || ahead.Last - ahead.First >= PageBytes)
        {
            EmitStoreGuard(address + Node.Constant(first));
            return;
        }
        // What is no longer than a page is on no other pages than its ends.
        EmitStoreGuard(address + Node.Constant(ahead.First));
        EmitStoreGuard(address + Node.Constant(ahead.Last));
        _guarded[register] = (ahead.First, ahead.Last, _writes[register]);
    }

    /// <summary>if (s->StoreGuard[address >> 12] != 0) give up;</summary>
    private void EmitStoreGuard(IntValue address) =>
        Code.GotoIf((State.Native(_layout.StoreGuard) + (address >>> 12).ToNative()).Byte(0), GiveUpLabel());

    // Base register and offset of an address, if it is one that the window serves.
    private static (int? Register, int Offset) Split(Expression e)
    {
        if (e.Kind == ExpressionKind.Local && e.Register >= 0)
            return (e.Register, 0);
        if (e.Kind == ExpressionKind.Add && e.A is { Kind: ExpressionKind.Local, Register: >= 0 } && e.B!.IsConstant)
            return (e.A.Register, (int)e.B.Value);
        return (null, 0);
    }

    /// <summary>Copies of the registers a condition reads, so that the delay slot may write them.</summary>
    private Expression Freeze(Expression e)
    {
        if (e.Local is not null)
            return Code.Copy(new Node(e)).Expression;
        return e with
        {
            A = e.A is null ? null : Freeze(e.A),
            B = e.B is null ? null : Freeze(e.B),
            C = e.C is null ? null : Freeze(e.C),
        };
    }

    private void EmitEntry()
    {
        Label enough = Code.DefineLabel(), quiet = Code.DefineLabel();
        // budget = s->Budget; if (budget < longest path) return 0;
        Code.Assign(_budget, State.Long(_layout.Budget));
        Code.GotoIf(_budget.IsAtLeast(_region.InstructionCount), enough);
        Code.Return(0);
        Code.Mark(enough);
        // if (--links->EntriesLeft < 0) return busy;
        LongValue entriesLeft = s_links.Long(EntriesLeft);
        Code.Assign(entriesLeft, entriesLeft + -1);
        Code.GotoIf(entriesLeft.IsAtLeast(0), quiet);
        Code.Return(Busy);
        Code.Mark(quiet);
        // s->Entries++;
        if (_layout.Entries is { } entries)
            Code.Assign(State.Long(entries), State.Long(entries) + 1);
        // rN = s->Gpr[N];
        for (int register = 0; register < RegisterCount; register++)
        {
            if (_registers[register] is not null)
                Code.Assign(RegisterLocal(register), State.Int(OffsetOf(register)));
        }
        if (_product is not null)
            Code.Assign(Product, ProductInState);
        _float.EmitEntry();
        // kseg0 = s->Kseg0;
        if (_context.UsesWindow && _usesMemory)
            Code.Assign(_kseg0, State.Native(_layout.Kseg0));
    }

    private int OffsetOf(int register) => _layout.Gpr + 8 * register;

    private void CompileBlock(RegionBlock block, uint? next)
    {
        Code.Mark(_blockLabels[block.Pc]);
        if (!_continues.Contains(block.Pc))
        {
            // Another way leads here: what was known of the registers no longer is.
            Array.Clear(_known);
            Array.Clear(_windows);
            Array.Clear(_guarded);
        }
        _block = block;
        _blockLength = block.Words.Count;
        _gaveUp = false;
        // budget -= instructions;
        AddToBudget(-_blockLength);
        int straight = block.EndsInBranch ? _blockLength - 2 : _blockLength;
        for (int i = 0; i < straight && !_gaveUp; i++)
            CompileUnit(block, i);
        if (_gaveUp)
            return;
        if (!block.EndsInBranch)
        {
            GoTo(block.End, block.Pc, next);
            return;
        }
        CompileUnit(block, straight);
        if (_gaveUp)
            return;
        CompileBranch(block, next);
    }

    private void CompileUnit(RegionBlock block, int index)
    {
        _unitPc = block.Pc + 4 * (uint)index;
        _unitIndex = index;
        Array.Clear(_giveUp);
        _condition = null;
        CompileInstruction(block.Words[index], _unitPc);
    }

    private void CompileInstruction(uint word, uint pc)
    {
        _current = new Instruction(word);
        _currentPc = pc;
        InstructionRow<EmittingProcessor> row = s_rows[s_decoder.Find(word)];
        if (row.Has(InstructionFlags.Float) && _context.Float == FloatMode.Unusable)
        {
            GiveUp();
            return;
        }
        var processor = new EmittingProcessor(this);
        row.Meaning(ref processor);
    }

    private void CompileBranch(RegionBlock block, uint? next)
    {
        Node condition = _condition!.Value;
        Node target = _target;
        uint slotPc = block.End - 4;
        bool always = condition.Expression.IsAlways;
        bool never = condition.Expression.IsNever;
        Label notTaken = Code.DefineLabel();
        if (_likely && !always)
        {
            // if (!condition) { budget += 1; goto behind the slot; }
            Label nullified = Code.DefineLabel();
            Code.GotoUnless(condition, nullified);
            Code.Cold(() =>
            {
                Code.Mark(nullified);
                AddToBudget(1);
                GoTo(block.End, block.Pc, null);
            });
            CompileInstruction(block.Words[^1], slotPc);
            if (!_gaveUp)
                GoToNode(target, block.Pc, null);
            return;
        }
        CompileInstruction(block.Words[^1], slotPc);
        if (_gaveUp)
            return;
        if (never)
        {
            GoTo(block.End, block.Pc, next);
            return;
        }
        if (always)
        {
            GoToNode(target, block.Pc, next);
            return;
        }
        uint taken = (uint)target.Expression.Value;
        if (taken == next)
        {
            Code.GotoUnless(condition, notTaken);
            GoTo(taken, block.Pc, next);
            Code.Cold(() =>
            {
                Code.Mark(notTaken);
                GoTo(block.End, block.Pc, null);
            });
            return;
        }
        Label takenLabel = IsPlainJump(taken, block.Pc) ? _blockLabels[taken] : Code.DefineLabel();
        Code.GotoIf(condition, takenLabel);
        if (!IsPlainJump(taken, block.Pc))
        {
            Code.Cold(() =>
            {
                Code.Mark(takenLabel);
                GoTo(taken, block.Pc, null);
            });
        }
        GoTo(block.End, block.Pc, next);
    }

    private bool IsPlainJump(uint target, uint from) => _blockLabels.ContainsKey(target) && !IsBackEdge(target, from);

    // Blocks are laid out so that every edge to an earlier block, or to itself, may close a loop.
    private bool IsBackEdge(uint target, uint from) => Position(target) <= Position(from);

    private int Position(uint pc)
    {
        for (int i = 0; i < _region.Blocks.Count; i++)
        {
            if (_region.Blocks[i].Pc == pc)
                return i;
        }
        return int.MaxValue;
    }

    private void GoToNode(Node target, uint from, uint? next)
    {
        if (target.Expression.IsConstant)
        {
            GoTo((uint)target.Expression.Value, from, next);
            return;
        }
        // if (target == a return point of the region) goto it;
        foreach (uint point in _returnPoints)
        {
            Label elsewhere = Code.DefineLabel();
            Code.GotoIf(((IntValue)target).IsNot((int)point), elsewhere);
            GoTo(point, from, null);
            Code.Mark(elsewhere);
        }
        if (_isSwitch)
            EmitSwitch(target);
        // exitPc = target; goto flushIndirect;
        Code.Assign<IntValue>(_exitPc, target);
        Code.Goto(_flushIndirect);
        _usesIndirect = true;
    }

    /// <summary>Jumps to the block of the region that a computed jump leads to, if it is a likely one.</summary>
    private void EmitSwitch(Node target)
    {
        Label elsewhere = Code.DefineLabel();
        uint first = _region.ComputedTargets.Min(), last = _region.ComputedTargets.Max();
        var labels = new Label[(last - first) / 4 + 1];
        for (uint i = 0; i < labels.Length; i++)
            labels[i] = _region.ComputedTargets.Contains(first + 4 * i) ? _blockLabels[first + 4 * i] : elsewhere;
        // if (budget < longest path) goto elsewhere;
        Code.GotoIf(_budget.IsLess(_region.InstructionCount), elsewhere);
        // switch (ror(target - first, 2)) { … }
        IntValue offset = Code.Copy<IntValue>(target - Node.Constant((int)first));
        Code.Switch(offset.RotatedRight(2), labels);
        Code.Mark(elsewhere);
    }

    private void GoTo(uint target, uint from, uint? next)
    {
        if (!_blockLabels.TryGetValue(target, out Label label))
        {
            if (!_links.TryGetValue(target, out int link))
                _links[target] = link = _links.Count + FirstTargetLink;
            EmitExit(target, link);
            return;
        }
        if (IsBackEdge(target, from))
        {
            // if (budget < longest path) exit; goto target;
            Code.GotoIf(_budget.IsAtLeast(_region.InstructionCount), label);
            EmitSideExit(target, 0, GiveUpLink);
            return;
        }
        if (target != next)
            Code.Goto(label);
    }

    private void AddToBudget(int instructions)
    {
        if (instructions != 0)
            Code.Assign(_budget, _budget + instructions);
    }

    private void EmitExit(uint pc, int link)
    {
        // exitPc = pc; exitLink = link; goto flush;
        Code.Assign(_exitPc, (int)pc);
        Code.Assign(_exitLink, link * LinkBytes);
        Code.Goto(_flush);
    }

    /// <summary>Leaves the region in the middle of a block. There are many places that do, and they are seldom taken: a word says all about one.</summary>
    private void EmitSideExit(uint pc, int unexecuted, int link)
    {
        // exit = link << 48 | unexecuted << 32 | pc; goto sideExit;
        Code.Assign(_exit, (long)link * LinkBytes << 48 | (long)unexecuted << 32 | pc);
        Code.Goto(_sideExit);
    }

    private void EmitSideExits()
    {
        Code.Mark(_sideExit);
        // budget += exit >>> 32 & 0xffff; exitPc = (int)exit; exitLink = (nint)(exit >>> 48);
        Code.Assign(_budget, _budget + (_exit >>> 32 & 0xffff));
        Code.Assign(_exitPc, _exit.ToInt32());
        Code.Assign(_exitLink, (_exit >>> 48).ToNative());
    }

    private void EmitFlush(Label label)
    {
        Code.Mark(label);
        // s->Gpr[N] = rN;
        for (int register = 0; register < RegisterCount; register++)
        {
            if (_registers[register] is not null && _writes[register] != 0)
                Code.Assign(State.Int(OffsetOf(register)), RegisterLocal(register));
        }
        if (_product is not null && _productWrites > 0)
            ProductInState = Product;
        _float.EmitFlush();
        // s->Budget = budget; s->Pc = (uint)exitPc;
        Code.Assign(State.Long(_layout.Budget), _budget);
        Code.Assign(State.Long(_layout.Pc), _exitPc.ToUInt64());
    }

    private void EmitLinkedJump()
    {
        // slot = links + exitLink; return slot->Code(s, slot->Links);
        NativeValue slot = Code.Copy(s_links + _exitLink);
        Code.TailCall(slot.Native(0), State.Expression, slot.Native(sizeof(long)).Expression);
    }

    private void EmitIndirectJump()
    {
        if (_layout.BlockTable is { } table)
            EmitLookUp(table);
        // return 0;
        Code.Return(0);
    }

    private void EmitLookUp(int table)
    {
        Label miss = Code.DefineLabel();
        // block = s->Blocks + s->BlockTable[(pc >>> 2 ^ pc >>> 18) & mask];
        IntValue index = (_exitPc >>> 2 ^ _exitPc >>> 18) & (1 << _layout.BlockTableBits) - 1;
        NativeValue block = Code.Copy(State.Native(_layout.Blocks) + State.Native(table).Element(index, sizeof(int)).Int(0).ToNative());
        // if (block->Pc != pc || block->Code == 0) goto miss;
        Code.GotoIf(block.Long(_layout.BlockPc).IsNot(_exitPc.ToUInt64()), miss);
        Code.GotoIf(block.Native(_layout.BlockCode).IsNull(), miss);
        // if (block->Host != s->ReadTable[pc >>> 12] + pc || block->Mode != (s->Mode & block->ModeMask)) goto miss;
        NativeValue host = State.Native(_layout.ReadTable).Element(_exitPc >>> 12, sizeof(long)).Native(0) + _exitPc.ToNative();
        Code.GotoIf(block.Native(_layout.BlockHost).IsNot(host), miss);
        Code.GotoIf(block.Int(_layout.BlockMode).IsNot(State.Int(_layout.Mode) & block.Int(_layout.BlockModeMask)), miss);
        // return block->Code(s, block->Links);
        Code.TailCall(block.Native(_layout.BlockCode), State.Expression, block.Native(_layout.BlockLinks).Expression);
        Code.Mark(miss);
    }
}
