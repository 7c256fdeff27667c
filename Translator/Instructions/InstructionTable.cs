using static Dbt.Translator.Instructions.FpOperation;
using static Dbt.Translator.Instructions.InstructionFlags;
using static Dbt.Translator.Instructions.IsaLevel;

namespace Dbt.Translator.Instructions;

/// <summary>
/// The instruction set: one row an instruction, its meaning written once (MD00086, MIPS32 volume II, revision 2.5 and
/// later). The decoder, the disassembler, the interpreter and the translator all derive from it.
/// </summary>
/// <remarks>
/// Field letters: s, t, d registers; a shift amount or position; z size; i immediate; j jump index; k code, hint or
/// operation; c condition code; l select; x any. Where two rows match a word, the one with more fixed bits is meant.
/// </remarks>
/// <typeparam name="P">The processor that carries the meanings out.</typeparam>
/// <typeparam name="V">The value of its general registers.</typeparam>
public static partial class InstructionTable<P, V>
    where P : struct, IProcessor<V>
    where V : struct, IWord<V>
{
    /// <summary>All rows. The index of a row names its instruction everywhere.</summary>
    public static InstructionRow<P>[] Rows { get; } =
    [
        // Shifts.
        Row("sll", "rd, rt, sa", "000000 00000 ttttt ddddd aaaaa 000000", Mips32, None, (ref c) => c.D = V.ShiftLeft(c.T, c.Constant(c.Fields.Sa))),
        Row("srl", "rd, rt, sa", "000000 00000 ttttt ddddd aaaaa 000010", Mips32, None, (ref c) => c.D = V.ShiftRight(c.T, c.Constant(c.Fields.Sa))),
        Row("sra", "rd, rt, sa", "000000 00000 ttttt ddddd aaaaa 000011", Mips32, None, (ref c) => c.D = V.ShiftRightSigned(c.T, c.Constant(c.Fields.Sa))),
        Row("rotr", "rd, rt, sa", "000000 00001 ttttt ddddd aaaaa 000010", Mips32R2, None, (ref c) => c.D = RotateRight(c.T, c.Constant(c.Fields.Sa))),
        Row("sllv", "rd, rt, rs", "000000 sssss ttttt ddddd 00000 000100", Mips32, None, (ref c) => c.D = V.ShiftLeft(c.T, c.S)),
        Row("srlv", "rd, rt, rs", "000000 sssss ttttt ddddd 00000 000110", Mips32, None, (ref c) => c.D = V.ShiftRight(c.T, c.S)),
        Row("srav", "rd, rt, rs", "000000 sssss ttttt ddddd 00000 000111", Mips32, None, (ref c) => c.D = V.ShiftRightSigned(c.T, c.S)),
        Row("rotrv", "rd, rt, rs", "000000 sssss ttttt ddddd 00001 000110", Mips32R2, None, (ref c) => c.D = RotateRight(c.T, c.S)),
        Row("nop", "", "000000 00000 00000 00000 00000 000000", Mips32, None, (ref c) => { }),
        Row("ssnop", "", "000000 00000 00000 00000 00001 000000", Mips32, None, (ref c) => { }),
        Row("ehb", "", "000000 00000 00000 00000 00011 000000", Mips32R2, None, (ref c) => { }),
        Row("pause", "", "000000 00000 00000 00000 00101 000000", Mips32R2, None, (ref c) => { }),

        // Arithmetic and logic on registers.
        Row("add", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 100000", Mips32, MayTrap, (ref c) => { V sum = Word(c.S + c.T); if (c.Unless(AddOverflows(c.S, c.T, sum), ExitReason.Overflow)) c.D = sum; }),
        Row("addu", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 100001", Mips32, None, (ref c) => c.D = Word(c.S + c.T)),
        Row("sub", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 100010", Mips32, MayTrap, (ref c) => { V difference = Word(c.S - c.T); if (c.Unless(SubtractOverflows(c.S, c.T, difference), ExitReason.Overflow)) c.D = difference; }),
        Row("subu", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 100011", Mips32, None, (ref c) => c.D = Word(c.S - c.T)),
        Row("and", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 100100", Mips32, None, (ref c) => c.D = c.S & c.T),
        Row("or", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 100101", Mips32, None, (ref c) => c.D = c.S | c.T),
        Row("xor", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 100110", Mips32, None, (ref c) => c.D = c.S ^ c.T),
        Row("nor", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 100111", Mips32, None, (ref c) => c.D = ~(c.S | c.T)),
        Row("slt", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 101010", Mips32, None, (ref c) => c.D = V.Less(c.S, c.T)),
        Row("sltu", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 101011", Mips32, None, (ref c) => c.D = V.LessUnsigned(c.S, c.T)),
        Row("movz", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 001010", Mips32, None, (ref c) => c.D = V.Choose(c.T, c.D, c.S)),
        Row("movn", "rd, rs, rt", "000000 sssss ttttt ddddd 00000 001011", Mips32, None, (ref c) => c.D = V.Choose(c.T, c.S, c.D)),
        Row("movf", "rd, rs, cc", "000000 sssss ccc00 ddddd 00000 000001", Mips32, Float, (ref c) => c.D = V.Choose(c.FloatCondition(c.Fields.ConditionCode), c.D, c.S)),
        Row("movt", "rd, rs, cc", "000000 sssss ccc01 ddddd 00000 000001", Mips32, Float, (ref c) => c.D = V.Choose(c.FloatCondition(c.Fields.ConditionCode), c.S, c.D)),
        Row("clz", "rd, rs", "011100 sssss ttttt ddddd 00000 100000", Mips32, None, (ref c) => c.D = V.LeadingZeros(c.S)),
        Row("clo", "rd, rs", "011100 sssss ttttt ddddd 00000 100001", Mips32, None, (ref c) => c.D = V.LeadingZeros(~c.S)),
        Row("seb", "rd, rt", "011111 00000 ttttt ddddd 10000 100000", Mips32R2, None, (ref c) => c.D = V.SignExtend(c.T, 8)),
        Row("seh", "rd, rt", "011111 00000 ttttt ddddd 11000 100000", Mips32R2, None, (ref c) => c.D = V.SignExtend(c.T, 16)),
        Row("wsbh", "rd, rt", "011111 00000 ttttt ddddd 00010 100000", Mips32R2, None, (ref c) => c.D = SwapBytesInHalves(c.T)),
        Row("ext", "rt, rs, pos, size", "011111 sssss ttttt zzzzz aaaaa 000000", Mips32R2, None, (ref c) => c.T = Extract(ref c)),
        Row("ins", "rt, rs, pos, inssize", "011111 sssss ttttt zzzzz aaaaa 000100", Mips32R2, None, (ref c) => c.T = Insert(ref c)),

        // Arithmetic and logic with an immediate.
        Row("addi", "rt, rs, simm", "001000 sssss ttttt iiiiiiiiiiiiiiii", Mips32, MayTrap, (ref c) => { V sum = Word(c.S + c.Constant(c.Fields.Immediate)); if (c.Unless(AddOverflows(c.S, c.Constant(c.Fields.Immediate), sum), ExitReason.Overflow)) c.T = sum; }),
        Row("addiu", "rt, rs, simm", "001001 sssss ttttt iiiiiiiiiiiiiiii", Mips32, None, (ref c) => c.T = Word(c.S + c.Constant(c.Fields.Immediate))),
        Row("slti", "rt, rs, simm", "001010 sssss ttttt iiiiiiiiiiiiiiii", Mips32, None, (ref c) => c.T = V.Less(c.S, c.Constant(c.Fields.Immediate))),
        Row("sltiu", "rt, rs, simm", "001011 sssss ttttt iiiiiiiiiiiiiiii", Mips32, None, (ref c) => c.T = V.LessUnsigned(c.S, c.Constant(c.Fields.Immediate))),
        Row("andi", "rt, rs, uimm", "001100 sssss ttttt iiiiiiiiiiiiiiii", Mips32, None, (ref c) => c.T = c.S & c.Constant(c.Fields.UnsignedImmediate)),
        Row("ori", "rt, rs, uimm", "001101 sssss ttttt iiiiiiiiiiiiiiii", Mips32, None, (ref c) => c.T = c.S | c.Constant(c.Fields.UnsignedImmediate)),
        Row("xori", "rt, rs, uimm", "001110 sssss ttttt iiiiiiiiiiiiiiii", Mips32, None, (ref c) => c.T = c.S ^ c.Constant(c.Fields.UnsignedImmediate)),
        Row("lui", "rt, uimm", "001111 00000 ttttt iiiiiiiiiiiiiiii", Mips32, None, (ref c) => c.T = c.Constant((int)c.Fields.UnsignedImmediate << 16)),

        // Multiply, divide, accumulate.
        Row("mult", "rs, rt", "000000 sssss ttttt 00000 00000 011000", Mips32, None, (ref c) => c.Multiply(c.S, c.T, signed: true, Accumulation.Replace)),
        Row("multu", "rs, rt", "000000 sssss ttttt 00000 00000 011001", Mips32, None, (ref c) => c.Multiply(c.S, c.T, signed: false, Accumulation.Replace)),
        Row("div", "rs, rt", "000000 sssss ttttt 00000 00000 011010", Mips32, None, (ref c) => { V divisor = SafeDivisor(c.S, c.T); (c.Hi, c.Lo) = (V.Remainder(c.S, divisor), V.Divide(c.S, divisor)); }),
        Row("divu", "rs, rt", "000000 sssss ttttt 00000 00000 011011", Mips32, None, (ref c) => { V divisor = V.Choose(c.T, c.T, Const(1)); (c.Hi, c.Lo) = (V.RemainderUnsigned(c.S, divisor), V.DivideUnsigned(c.S, divisor)); }),
        Row("mul", "rd, rs, rt", "011100 sssss ttttt ddddd 00000 000010", Mips32, None, (ref c) => c.D = Word(c.S * c.T)),
        Row("madd", "rs, rt", "011100 sssss ttttt 00000 00000 000000", Mips32, None, (ref c) => c.Multiply(c.S, c.T, signed: true, Accumulation.Add)),
        Row("maddu", "rs, rt", "011100 sssss ttttt 00000 00000 000001", Mips32, None, (ref c) => c.Multiply(c.S, c.T, signed: false, Accumulation.Add)),
        Row("msub", "rs, rt", "011100 sssss ttttt 00000 00000 000100", Mips32, None, (ref c) => c.Multiply(c.S, c.T, signed: true, Accumulation.Subtract)),
        Row("msubu", "rs, rt", "011100 sssss ttttt 00000 00000 000101", Mips32, None, (ref c) => c.Multiply(c.S, c.T, signed: false, Accumulation.Subtract)),
        Row("mfhi", "rd", "000000 00000 00000 ddddd 00000 010000", Mips32, None, (ref c) => c.D = c.Hi),
        Row("mthi", "rs", "000000 sssss 00000 00000 00000 010001", Mips32, None, (ref c) => c.Hi = c.S),
        Row("mflo", "rd", "000000 00000 00000 ddddd 00000 010010", Mips32, None, (ref c) => c.D = c.Lo),
        Row("mtlo", "rs", "000000 sssss 00000 00000 00000 010011", Mips32, None, (ref c) => c.Lo = c.S),

        // Jumps and branches. A link is made behind the branch, which has read its registers, and whether or not it is taken.
        Row("j", "jump", "000010 jjjjjjjjjjjjjjjjjjjjjjjjjj", Mips32, Branch, (ref c) => c.Jump(JumpTarget(ref c))),
        Row("jal", "jump", "000011 jjjjjjjjjjjjjjjjjjjjjjjjjj", Mips32, Branch | InstructionFlags.Link, (ref c) => { c.Jump(JumpTarget(ref c)); c.Link = ReturnAddress(ref c); }),
        Row("jalx", "jump", "011101 jjjjjjjjjjjjjjjjjjjjjjjjjj", IsaLevel.Mips16, Branch | InstructionFlags.Link, (ref c) => { c.Jump(Mips16Target(ref c)); c.Link = ReturnAddress(ref c); }),
        Row("jr", "rs", "000000 sssss 00000 00000 kkkkk 001000", Mips32, Branch, (ref c) => c.Jump(c.S)),
        Row("jr.hb", "rs", "000000 sssss 00000 00000 10000 001000", Mips32R2, Branch, (ref c) => c.Jump(c.S)),
        Row("jalr", "rdlink, rs", "000000 sssss 00000 ddddd kkkkk 001001", Mips32, Branch | InstructionFlags.Link, (ref c) => { c.Jump(c.S); c.D = ReturnAddress(ref c); }),
        Row("jalr.hb", "rdlink, rs", "000000 sssss 00000 ddddd 10000 001001", Mips32R2, Branch | InstructionFlags.Link, (ref c) => { c.Jump(c.S); c.D = ReturnAddress(ref c); }),
        .. Conditional("beq", "rs, rt, branch", "000100 sssss ttttt iiiiiiiiiiiiiiii", "010100 sssss ttttt iiiiiiiiiiiiiiii", (ref c) => V.Equal(c.S, c.T)),
        .. Conditional("bne", "rs, rt, branch", "000101 sssss ttttt iiiiiiiiiiiiiiii", "010101 sssss ttttt iiiiiiiiiiiiiiii", (ref c) => Not(V.Equal(c.S, c.T))),
        .. Conditional("blez", "rs, branch", "000110 sssss 00000 iiiiiiiiiiiiiiii", "010110 sssss 00000 iiiiiiiiiiiiiiii", (ref c) => Not(V.Less(Const(0), c.S))),
        .. Conditional("bgtz", "rs, branch", "000111 sssss 00000 iiiiiiiiiiiiiiii", "010111 sssss 00000 iiiiiiiiiiiiiiii", (ref c) => V.Less(Const(0), c.S)),
        .. Conditional("bltz", "rs, branch", "000001 sssss 00000 iiiiiiiiiiiiiiii", "000001 sssss 00010 iiiiiiiiiiiiiiii", (ref c) => V.Less(c.S, Const(0))),
        .. Conditional("bgez", "rs, branch", "000001 sssss 00001 iiiiiiiiiiiiiiii", "000001 sssss 00011 iiiiiiiiiiiiiiii", (ref c) => Not(V.Less(c.S, Const(0)))),
        .. ConditionalLink("bltzal", "000001 sssss 10000 iiiiiiiiiiiiiiii", "000001 sssss 10010 iiiiiiiiiiiiiiii", (ref c) => V.Less(c.S, Const(0))),
        .. ConditionalLink("bgezal", "000001 sssss 10001 iiiiiiiiiiiiiiii", "000001 sssss 10011 iiiiiiiiiiiiiiii", (ref c) => Not(V.Less(c.S, Const(0)))),
        .. Conditional("bc1f", "ccopt, branch", "010001 01000 ccc00 iiiiiiiiiiiiiiii", "010001 01000 ccc10 iiiiiiiiiiiiiiii", (ref c) => Not(c.FloatCondition(c.Fields.ConditionCode)), Float),
        .. Conditional("bc1t", "ccopt, branch", "010001 01000 ccc01 iiiiiiiiiiiiiiii", "010001 01000 ccc11 iiiiiiiiiiiiiiii", (ref c) => c.FloatCondition(c.Fields.ConditionCode), Float),

        // Traps.
        Row("syscall", "code20", "000000 kkkkkkkkkkkkkkkkkkkk 001100", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Syscall)),
        Row("break", "codes", "000000 kkkkkkkkkkkkkkkkkkkk 001101", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Break)),
        Row("sdbbp", "code20", "011100 kkkkkkkkkkkkkkkkkkkk 111111", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.DebugBreak)),
        .. ConditionalTrap("tge", "000000 sssss ttttt kkkkkkkkkk 110000", "000001 sssss 01000 iiiiiiiiiiiiiiii", (a, b) => Not(V.Less(a, b))),
        .. ConditionalTrap("tgeu", "000000 sssss ttttt kkkkkkkkkk 110001", "000001 sssss 01001 iiiiiiiiiiiiiiii", (a, b) => Not(V.LessUnsigned(a, b))),
        .. ConditionalTrap("tlt", "000000 sssss ttttt kkkkkkkkkk 110010", "000001 sssss 01010 iiiiiiiiiiiiiiii", V.Less),
        .. ConditionalTrap("tltu", "000000 sssss ttttt kkkkkkkkkk 110011", "000001 sssss 01011 iiiiiiiiiiiiiiii", V.LessUnsigned),
        .. ConditionalTrap("teq", "000000 sssss ttttt kkkkkkkkkk 110100", "000001 sssss 01100 iiiiiiiiiiiiiiii", V.Equal),
        .. ConditionalTrap("tne", "000000 sssss ttttt kkkkkkkkkk 110110", "000001 sssss 01110 iiiiiiiiiiiiiiii", (a, b) => Not(V.Equal(a, b))),

        // Loads and stores.
        Row("lb", "rt, offset", "100000 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Load, (ref c) => { if (c.Load(AccessSize.Byte, true, Address(ref c), out V value)) c.T = value; }),
        Row("lbu", "rt, offset", "100100 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Load, (ref c) => { if (c.Load(AccessSize.Byte, false, Address(ref c), out V value)) c.T = value; }),
        Row("lh", "rt, offset", "100001 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Load, (ref c) => { if (c.Load(AccessSize.Half, true, Address(ref c), out V value)) c.T = value; }),
        Row("lhu", "rt, offset", "100101 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Load, (ref c) => { if (c.Load(AccessSize.Half, false, Address(ref c), out V value)) c.T = value; }),
        Row("lw", "rt, offset", "100011 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Load, (ref c) => { if (c.Load(AccessSize.Word, true, Address(ref c), out V value)) c.T = value; }),
        Row("lwl", "rt, offset", "100010 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Load, (ref c) => { if (c.LoadPart(true, Address(ref c), c.T, out V value)) c.T = value; }),
        Row("lwr", "rt, offset", "100110 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Load, (ref c) => { if (c.LoadPart(false, Address(ref c), c.T, out V value)) c.T = value; }),
        Row("sb", "rt, offset", "101000 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Store, (ref c) => c.Store(AccessSize.Byte, Address(ref c), c.T)),
        Row("sh", "rt, offset", "101001 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Store, (ref c) => c.Store(AccessSize.Half, Address(ref c), c.T)),
        Row("sw", "rt, offset", "101011 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Store, (ref c) => c.Store(AccessSize.Word, Address(ref c), c.T)),
        Row("swl", "rt, offset", "101010 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Store, (ref c) => c.StorePart(true, Address(ref c), c.T)),
        Row("swr", "rt, offset", "101110 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Store, (ref c) => c.StorePart(false, Address(ref c), c.T)),
        Row("ll", "rt, offset", "110000 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Load, (ref c) => { if (c.LoadLinked(Address(ref c), out V value)) c.T = value; }),
        Row("sc", "rt, offset", "111000 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Store, (ref c) => { if (c.StoreConditional(Address(ref c), c.T, out V done)) c.T = done; }),
        Row("pref", "hint, offset", "110011 sssss kkkkk iiiiiiiiiiiiiiii", Mips32, None, (ref c) => { }),
        Row("sync", "saopt", "000000 00000 00000 00000 kkkkk 001111", Mips32, None, (ref c) => { }),

        // Privileged and otherwise sensitive: the hypervisor's business.
        Row("mfc0", "rt, c0", "010000 00000 ttttt ddddd 00000 000lll", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Mfc0)),
        Row("mtc0", "rt, c0", "010000 00100 ttttt ddddd 00000 000lll", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Mtc0)),
        Row("rdpgpr", "rd, rt", "010000 01010 ttttt ddddd 00000 000000", Mips32R2, Sensitive, (ref c) => c.Exit(ExitReason.Rdpgpr)),
        Row("wrpgpr", "rd, rt", "010000 01110 ttttt ddddd 00000 000000", Mips32R2, Sensitive, (ref c) => c.Exit(ExitReason.Wrpgpr)),
        Row("di", "rtopt", "010000 01011 ttttt 01100 00000 000000", Mips32R2, Sensitive, (ref c) => c.Exit(ExitReason.Di)),
        Row("ei", "rtopt", "010000 01011 ttttt 01100 00000 100000", Mips32R2, Sensitive, (ref c) => c.Exit(ExitReason.Ei)),
        Row("mfc0.pv", "rt, c0", "010000 01100 ttttt ddddd 00000 000lll", Paravirtual, Sensitive, (ref c) => c.Exit(ExitReason.Mfc0)),
        Row("mtc0.pv", "rt, c0", "010000 01101 ttttt ddddd 00000 000lll", Paravirtual, Sensitive, (ref c) => c.Exit(ExitReason.Mtc0)),
        Row("di.pv", "rtopt", "010000 01111 ttttt 01100 00000 000000", Paravirtual, Sensitive, (ref c) => c.Exit(ExitReason.Di)),
        Row("ei.pv", "rtopt", "010000 01111 ttttt 01100 00000 100000", Paravirtual, Sensitive, (ref c) => c.Exit(ExitReason.Ei)),
        Row("tlbr", "", "010000 10000 00000 00000 00000 000001", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Tlbr)),
        Row("tlbwi", "", "010000 10000 00000 00000 00000 000010", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Tlbwi)),
        Row("tlbwr", "", "010000 10000 00000 00000 00000 000110", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Tlbwr)),
        Row("tlbp", "", "010000 10000 00000 00000 00000 001000", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Tlbp)),
        Row("tlbinv", "", "010000 10000 00000 00000 00000 000011", Mips32R3, Sensitive, (ref c) => c.Exit(ExitReason.Tlbinv)),
        Row("tlbinvf", "", "010000 10000 00000 00000 00000 000100", Mips32R3, Sensitive, (ref c) => c.Exit(ExitReason.Tlbinvf)),
        Row("eret", "", "010000 10000 00000 00000 00000 011000", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Eret)),
        Row("deret", "", "010000 10000 00000 00000 00000 011111", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Deret)),
        Row("wait", "", "010000 1kkkkkkkkkkkkkkkkkkk 100000", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Wait)),
        Row("hypcall", "code10high", "010000 10000 kkkkkkkkkk 00000 101000", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Hypcall)),
        Row("mfgc0", "rt, c0", "010000 00011 ttttt ddddd 00000 000lll", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Mfgc0)),
        Row("mtgc0", "rt, c0", "010000 00011 ttttt ddddd 01000 000lll", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Mtgc0)),
        Row("tlbgr", "", "010000 10000 00000 00000 00000 001001", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Tlbgr)),
        Row("tlbgwi", "", "010000 10000 00000 00000 00000 001010", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Tlbgwi)),
        Row("tlbginv", "", "010000 10000 00000 00000 00000 001011", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Tlbginv)),
        Row("tlbginvf", "", "010000 10000 00000 00000 00000 001100", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Tlbginvf)),
        Row("tlbgwr", "", "010000 10000 00000 00000 00000 001110", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Tlbgwr)),
        Row("tlbgp", "", "010000 10000 00000 00000 00000 010000", Virtualization, Sensitive, (ref c) => c.Exit(ExitReason.Tlbgp)),
        Row("cache", "hint, offset", "101111 sssss kkkkk iiiiiiiiiiiiiiii", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.Cache)),
        Row("synci", "offset", "000001 sssss 11111 iiiiiiiiiiiiiiii", Mips32R2, Sensitive, (ref c) => c.Exit(ExitReason.Synci)),
        Row("rdhwr", "rt, hwr", "011111 00000 ttttt ddddd 00000 111011", Mips32R2, Sensitive, (ref c) => c.Exit(ExitReason.Rdhwr)),

        // Floating point: moves between registers and memory.
        Row("mfc1", "rt, fs", "010001 00000 ttttt ddddd 00000 000000", Mips32, Float, (ref c) => c.T = c.FloatWord),
        Row("mtc1", "rt, fs", "010001 00100 ttttt ddddd 00000 000000", Mips32, Float, (ref c) => c.FloatWord = c.T),
        Row("mfhc1", "rt, fs", "010001 00011 ttttt ddddd 00000 000000", Mips32R2, Float, (ref c) => c.T = c.FloatHighWord),
        Row("mthc1", "rt, fs", "010001 00111 ttttt ddddd 00000 000000", Mips32R2, Float, (ref c) => c.FloatHighWord = c.T),
        Row("cfc1", "rt, fcr", "010001 00010 ttttt ddddd 00000 000000", Mips32, Float, (ref c) => c.T = c.FloatControl),
        Row("ctc1", "rt, fcr", "010001 00110 ttttt ddddd 00000 000000", Mips32, Float | MayTrap, (ref c) => c.SetFloatControl(c.T)),
        Row("lwc1", "ft, offset", "110001 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Float | Load, (ref c) => c.FloatLoad(AccessSize.Word, c.Fields.Rt, Address(ref c), false)),
        Row("ldc1", "ft, offset", "110101 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Float | Load, (ref c) => c.FloatLoad(AccessSize.Double, c.Fields.Rt, Address(ref c), false)),
        Row("swc1", "ft, offset", "111001 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Float | Store, (ref c) => c.FloatStore(AccessSize.Word, c.Fields.Rt, Address(ref c), false)),
        Row("sdc1", "ft, offset", "111101 sssss ttttt iiiiiiiiiiiiiiii", Mips32, Float | Store, (ref c) => c.FloatStore(AccessSize.Double, c.Fields.Rt, Address(ref c), false)),
        Row("lwxc1", "fd, indexed", "010011 sssss ttttt 00000 aaaaa 000000", Mips32R2, Float | Load, (ref c) => c.FloatLoad(AccessSize.Word, c.Fields.Sa, c.S + c.T, false)),
        Row("ldxc1", "fd, indexed", "010011 sssss ttttt 00000 aaaaa 000001", Mips32R2, Float | Load, (ref c) => c.FloatLoad(AccessSize.Double, c.Fields.Sa, c.S + c.T, false)),
        Row("luxc1", "fd, indexed", "010011 sssss ttttt 00000 aaaaa 000101", Mips32R2, Float | Load, (ref c) => c.FloatLoad(AccessSize.Double, c.Fields.Sa, c.S + c.T, true)),
        Row("swxc1", "fs, indexed", "010011 sssss ttttt ddddd 00000 001000", Mips32R2, Float | Store, (ref c) => c.FloatStore(AccessSize.Word, c.Fields.Rd, c.S + c.T, false)),
        Row("sdxc1", "fs, indexed", "010011 sssss ttttt ddddd 00000 001001", Mips32R2, Float | Store, (ref c) => c.FloatStore(AccessSize.Double, c.Fields.Rd, c.S + c.T, false)),
        Row("suxc1", "fs, indexed", "010011 sssss ttttt ddddd 00000 001101", Mips32R2, Float | Store, (ref c) => c.FloatStore(AccessSize.Double, c.Fields.Rd, c.S + c.T, true)),
        Row("prefx", "hintd, indexed", "010011 sssss ttttt kkkkk 00000 001111", Mips32R2, Float, (ref c) => { }),

        // Floating point: arithmetic.
        .. Arithmetic("add", "fd, fs, ft", "ttttt ddddd aaaaa 000000", Add),
        .. Arithmetic("sub", "fd, fs, ft", "ttttt ddddd aaaaa 000001", Subtract),
        .. Arithmetic("mul", "fd, fs, ft", "ttttt ddddd aaaaa 000010", Multiply),
        .. Arithmetic("div", "fd, fs, ft", "ttttt ddddd aaaaa 000011", Divide),
        .. Arithmetic("sqrt", "fd, fs", "00000 ddddd aaaaa 000100", SquareRoot),
        .. Arithmetic("abs", "fd, fs", "00000 ddddd aaaaa 000101", Absolute),
        .. Arithmetic("neg", "fd, fs", "00000 ddddd aaaaa 000111", Negate),
        .. Arithmetic("recip", "fd, fs", "00000 ddddd aaaaa 010101", Reciprocal, Mips32R2),
        .. Arithmetic("rsqrt", "fd, fs", "00000 ddddd aaaaa 010110", ReciprocalSquareRoot, Mips32R2),
        .. Arithmetic("round.l", "fd, fs", "00000 ddddd aaaaa 001000", RoundToLong, Mips32R2),
        .. Arithmetic("trunc.l", "fd, fs", "00000 ddddd aaaaa 001001", TruncateToLong, Mips32R2),
        .. Arithmetic("ceil.l", "fd, fs", "00000 ddddd aaaaa 001010", CeilingToLong, Mips32R2),
        .. Arithmetic("floor.l", "fd, fs", "00000 ddddd aaaaa 001011", FloorToLong, Mips32R2),
        .. Arithmetic("round.w", "fd, fs", "00000 ddddd aaaaa 001100", RoundToWord),
        .. Arithmetic("trunc.w", "fd, fs", "00000 ddddd aaaaa 001101", TruncateToWord),
        .. Arithmetic("ceil.w", "fd, fs", "00000 ddddd aaaaa 001110", CeilingToWord),
        .. Arithmetic("floor.w", "fd, fs", "00000 ddddd aaaaa 001111", FloorToWord),
        .. Arithmetic("cvt.w", "fd, fs", "00000 ddddd aaaaa 100100", ConvertToWord),
        .. Arithmetic("cvt.l", "fd, fs", "00000 ddddd aaaaa 100101", ConvertToLong, Mips32R2),
        Convert("cvt.s.d", "10001", "100000", Mips32, ConvertToSingle, FpFormat.Double),
        Convert("cvt.s.w", "10100", "100000", Mips32, ConvertToSingle, FpFormat.Word),
        Convert("cvt.s.l", "10101", "100000", Mips32R2, ConvertToSingle, FpFormat.Long),
        Convert("cvt.d.s", "10000", "100001", Mips32, ConvertToDouble, FpFormat.Single),
        Convert("cvt.d.w", "10100", "100001", Mips32, ConvertToDouble, FpFormat.Word),
        Convert("cvt.d.l", "10101", "100001", Mips32R2, ConvertToDouble, FpFormat.Long),
        .. Compares("f", "un", "eq", "ueq", "olt", "ult", "ole", "ule", "sf", "ngle", "seq", "ngl", "lt", "nge", "le", "ngt"),
        .. Fused("madd", "100", MultiplyAdd),
        .. Fused("msub", "101", MultiplySubtract),
        .. Fused("nmadd", "110", NegateMultiplyAdd),
        .. Fused("nmsub", "111", NegateMultiplySubtract),
        .. Moves("mov", "fd, fs", "00000 ddddd aaaaa 000110", (ref c) => Const(1)),
        .. Moves("movf", "fd, fs, cc", "ccc00 ddddd aaaaa 010001", (ref c) => Not(c.FloatCondition(c.Fields.ConditionCode))),
        .. Moves("movt", "fd, fs, cc", "ccc01 ddddd aaaaa 010001", (ref c) => c.FloatCondition(c.Fields.ConditionCode)),
        .. Moves("movz", "fd, fs, rt", "ttttt ddddd aaaaa 010010", (ref c) => V.Equal(c.T, Const(0))),
        .. Moves("movn", "fd, fs, rt", "ttttt ddddd aaaaa 010011", (ref c) => Not(V.Equal(c.T, Const(0)))),

        // What is none of the above. A 24Kf has no coprocessor 2; coprocessor 3's opcode is COP1X.
        Row("cop0", "word", "010000 xxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.ReservedInstruction)),
        Row("cop1", "word", "010001 xxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive | Float, (ref c) => c.Exit(ExitReason.ReservedInstruction)),
        Row("cop2", "word", "010010 xxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.CoprocessorUnusable)),
        Row("cop1x", "word", "010011 xxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive | Float, (ref c) => c.Exit(ExitReason.ReservedInstruction)),
        Row("lwc2", "word", "110010 xxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.CoprocessorUnusable)),
        Row("ldc2", "word", "110110 xxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.CoprocessorUnusable)),
        Row("swc2", "word", "111010 xxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.CoprocessorUnusable)),
        Row("sdc2", "word", "111110 xxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.CoprocessorUnusable)),
        Row("cop1-unusable", "word", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive | Float, (ref c) => c.Exit(ExitReason.CoprocessorUnusable)),
        Row("reserved", "word", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Mips32, Sensitive, (ref c) => c.Exit(ExitReason.ReservedInstruction)),
    ];

    /// <summary>The row of an index: behind these rows are those of MIPS16e, made when one is first asked for.</summary>
    public static InstructionRow<P> RowAt(int index) =>
        index < Rows.Length ? Rows[index] : Mips16.Rows[index - Rows.Length];

    private delegate V Condition(ref P cpu);

    private static InstructionRow<P> Row(string name, string operands, string pattern, IsaLevel level, InstructionFlags flags, Meaning<P> meaning) =>
        new(name, operands, pattern, level, flags, meaning);

    private static InstructionRow<P>[] Conditional(string name, string operands, string pattern, string likely, Condition condition, InstructionFlags flags = None) =>
    [
        Row(name, operands, pattern, Mips32, Branch | InstructionFlags.Conditional | flags, (ref c) => c.Branch(condition(ref c), BranchTarget(ref c), false)),
        Row(name + "l", operands, likely, Mips32, Branch | InstructionFlags.Conditional | Likely | flags, (ref c) => c.Branch(condition(ref c), BranchTarget(ref c), true)),
    ];

    private static InstructionRow<P>[] ConditionalLink(string name, string pattern, string likely, Condition condition) =>
    [
        Row(name, "rs, branch", pattern, Mips32, Branch | InstructionFlags.Conditional | InstructionFlags.Link, (ref c) => { c.Branch(condition(ref c), BranchTarget(ref c), false); c.Link = ReturnAddress(ref c); }),
        Row(name + "l", "rs, branch", likely, Mips32, Branch | InstructionFlags.Conditional | Likely | InstructionFlags.Link, (ref c) => { c.Branch(condition(ref c), BranchTarget(ref c), true); c.Link = ReturnAddress(ref c); }),
    ];

    private static InstructionRow<P>[] ConditionalTrap(string name, string pattern, string immediate, Func<V, V, V> condition) =>
    [
        Row(name, "rs, rt, code10lowopt", pattern, Mips32, MayTrap, (ref c) => c.Unless(condition(c.S, c.T), ExitReason.Trap)),
        Row(ImmediateName(name), "rs, simm", immediate, Mips32, MayTrap, (ref c) => c.Unless(condition(c.S, c.Constant(c.Fields.Immediate)), ExitReason.Trap)),
    ];

    private static string ImmediateName(string name) => name.EndsWith('u') ? name[..^1] + "iu" : name + "i";

    private static InstructionRow<P>[] Arithmetic(string name, string operands, string pattern, FpOperation operation, IsaLevel level = Mips32) =>
    [
        Row(name + ".s", operands, "010001 10000 " + pattern, level, Float | MayTrap, (ref c) => c.Float(operation, FpFormat.Single)),
        Row(name + ".d", operands, "010001 10001 " + pattern, level, Float | MayTrap, (ref c) => c.Float(operation, FpFormat.Double)),
    ];

    private static InstructionRow<P> Convert(string name, string from, string function, IsaLevel level, FpOperation operation, FpFormat format) =>
        Row(name, "fd, fs", $"010001 {from} 00000 ddddd aaaaa {function}", level, Float | MayTrap, (ref c) => c.Float(operation, format));

    private static InstructionRow<P>[] Fused(string name, string function, FpOperation operation) =>
    [
        Row(name + ".s", "fd, fr, fs, ft", $"010011 sssss ttttt ddddd aaaaa {function}000", Mips32R2, Float | MayTrap, (ref c) => c.Float(operation, FpFormat.Single)),
        Row(name + ".d", "fd, fr, fs, ft", $"010011 sssss ttttt ddddd aaaaa {function}001", Mips32R2, Float | MayTrap, (ref c) => c.Float(operation, FpFormat.Double)),
    ];

    private static IEnumerable<InstructionRow<P>> Compares(params string[] conditions) => conditions.SelectMany((condition, code) => new[]
    {
        Row($"c.{condition}.s", "fccopt, fs, ft", $"010001 10000 ttttt ddddd ccc00 11{code:b4}", Mips32, Float | MayTrap, (ref c) => c.FloatCompare(FpFormat.Single)),
        Row($"c.{condition}.d", "fccopt, fs, ft", $"010001 10001 ttttt ddddd ccc00 11{code:b4}", Mips32, Float | MayTrap, (ref c) => c.FloatCompare(FpFormat.Double)),
    });

    private static InstructionRow<P>[] Moves(string name, string operands, string pattern, Condition condition) =>
    [
        Row(name + ".s", operands, "010001 10000 " + pattern, Mips32, Float, (ref c) => c.FloatMove(FpFormat.Single, condition(ref c))),
        Row(name + ".d", operands, "010001 10001 " + pattern, Mips32, Float, (ref c) => c.FloatMove(FpFormat.Double, condition(ref c))),
    ];

    private static V Const(long value) => V.Constant(value);

    private static V Word(V value) => V.SignExtend(value, 32);

    private static V Not(V condition) => condition ^ Const(1);

    private static V Address(ref P c) => c.S + c.Constant(c.Fields.Immediate);

    private static V ReturnAddress(ref P c) => c.Constant((long)c.Address + 8);

    private static V BranchTarget(ref P c) => c.Constant((long)c.Address + 4 + (c.Fields.Immediate << 2));

    // The region is that of the delay slot.
    private static V JumpTarget(ref P c) => c.Constant((long)c.Address + 4 & ~0x0fff_ffffL | c.Fields.JumpIndex << 2);

    // Bit 0 of an address says that MIPS16e is there.
    private static V Mips16Target(ref P c) => c.Constant((long)c.Address + 4 & ~0x0fff_ffffL | c.Fields.JumpIndex << 2 | 1);

    // Signed overflow: the operands agree in sign and the sum does not.
    private static V AddOverflows(V a, V b, V sum) => V.Less((a ^ sum) & (b ^ sum), Const(0));

    private static V SubtractOverflows(V a, V b, V difference) => V.Less((a ^ b) & (a ^ difference), Const(0));

    private static V RotateRight(V a, V count) => V.ShiftRight(a, count) | V.ShiftLeft(a, Const(0) - count);

    private static V SwapBytesInHalves(V a) =>
        V.ShiftRight(a, Const(8)) & Const(0x00ff_00ff) | V.ShiftLeft(a & Const(0x00ff_00ff), Const(8));

    // A field that ends beyond bit 31, or before it begins, is unpredictable; it is cut there, or is none.
    private static V Extract(ref P c) =>
        V.ShiftRight(c.S, c.Constant(c.Fields.Sa)) & c.Constant((2L << c.Fields.Rd) - 1);

    private static V Insert(ref P c)
    {
        int least = c.Fields.Sa, most = c.Fields.Rd;
        long field = most < least ? 0 : (2L << most - least) - 1 << least;
        return Word(c.T & c.Constant(~field) | V.ShiftLeft(c.S, c.Constant(least)) & c.Constant(field));
    }

    // Division by zero is unpredictable but must not fault the host; the oracle divides by 1, and so do we.
    private static V SafeDivisor(V dividend, V divisor)
    {
        V overflow = V.Equal(dividend, Const(int.MinValue)) & V.Equal(divisor, Const(-1));
        return V.Choose(overflow | V.Equal(divisor, Const(0)), Const(1), divisor);
    }
}
