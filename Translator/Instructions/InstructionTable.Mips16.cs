using static Dbt.Translator.Instructions.InstructionFlags;

namespace Dbt.Translator.Instructions;

/// <content>What of the table is in half words.</content>
public static partial class InstructionTable<P, V>
{
    /// <summary>
    /// MIPS16e (MD00076, volume IV-a): the same in half words, and in pairs of them where an immediate is extended. Fields
    /// are gathered as <see cref="Mips16Layout"/> says, so that rows mean what they mean in the table of words.
    /// </summary>
    /// <remarks>
    /// Bit 0 of the address of an instruction is 1 here, that of all others is 0: a processor's program counter, the links
    /// it leaves and the addresses it jumps to say with it which instruction set they belong to.
    /// </remarks>
    public static class Mips16
    {
        private const int StackPointer = 29, ReturnRegister = 31, ConditionRegister = 24;

        private static readonly Mips16Immediate s_signed = new(IsSigned: true), s_unsigned = new(IsSigned: false);

        /// <summary>The rows: their indexes follow those of the words.</summary>
        public static InstructionRow<P>[] Rows { get; } =
        [
            // Loads and stores.
            .. Extendable("lb", "rt, offset", "10000 sss ttt iiiii", s_unsigned, Load, (ref c) => { if (c.Load(AccessSize.Byte, true, Address(ref c), out V value)) c.T = value; }),
            .. Extendable("lbu", "rt, offset", "10100 sss ttt iiiii", s_unsigned, Load, (ref c) => { if (c.Load(AccessSize.Byte, false, Address(ref c), out V value)) c.T = value; }),
            .. Extendable("lh", "rt, offset", "10001 sss ttt iiiii", Scaled(1), Load, (ref c) => { if (c.Load(AccessSize.Half, true, Address(ref c), out V value)) c.T = value; }),
            .. Extendable("lhu", "rt, offset", "10101 sss ttt iiiii", Scaled(1), Load, (ref c) => { if (c.Load(AccessSize.Half, false, Address(ref c), out V value)) c.T = value; }),
            .. Extendable("lw", "rt, offset", "10011 sss ttt iiiii", Scaled(2), Load, (ref c) => { if (c.Load(AccessSize.Word, true, Address(ref c), out V value)) c.T = value; }),
            .. Extendable("lw", "rt, offset", "10010 ttt iiiiiiii", Scaled(2), Load, (ref c) => { if (c.Load(AccessSize.Word, true, Address(ref c), out V value)) c.T = value; }, Rs(StackPointer)),
            .. Extendable("lw", "rt, pcoffset", "10110 ttt iiiiiiii", Scaled(2), Load, (ref c) => { if (c.Load(AccessSize.Word, true, NearAddress(ref c), out V value)) c.T = value; }),
            .. Extendable("sb", "rt, offset", "11000 sss ttt iiiii", s_unsigned, Store, (ref c) => c.Store(AccessSize.Byte, Address(ref c), c.T)),
            .. Extendable("sh", "rt, offset", "11001 sss ttt iiiii", Scaled(1), Store, (ref c) => c.Store(AccessSize.Half, Address(ref c), c.T)),
            .. Extendable("sw", "rt, offset", "11011 sss ttt iiiii", Scaled(2), Store, (ref c) => c.Store(AccessSize.Word, Address(ref c), c.T)),
            .. Extendable("sw", "rt, offset", "11010 ttt iiiiiiii", Scaled(2), Store, (ref c) => c.Store(AccessSize.Word, Address(ref c), c.T), Rs(StackPointer)),
            .. Extendable("sw", "rt, offset", "01100 010 iiiiiiii", Scaled(2), Store, (ref c) => c.Store(AccessSize.Word, Address(ref c), c.T), Rs(StackPointer) | Rt(ReturnRegister)),
            .. Frames("save", "1", Store, Save),
            .. Frames("restore", "0", Load, Restore),

            // Arithmetic and logic with an immediate. Comparisons leave what they find in register 24.
            .. Extendable("addiu", "rt, simm", "01001 ttt iiiiiiii", s_signed, None, (ref c) => c.T = Word(c.T + c.Constant(c.Fields.Immediate))),
            .. Extendable("addiu", "rt, rs, simm", "01000 sss ttt 0 iiii", s_signed, None, (ref c) => c.T = Word(c.S + c.Constant(c.Fields.Immediate))),
            .. Extendable("addiu", "rt, rs, simm", "00000 ttt iiiiiiii", Scaled(2), None, (ref c) => c.T = Word(c.S + c.Constant(c.Fields.Immediate)), Rs(StackPointer)),
            .. Extendable("addiu", "rt, simm", "01100 011 iiiiiiii", new Mips16Immediate(IsSigned: true, 3), None, (ref c) => c.T = Word(c.T + c.Constant(c.Fields.Immediate)), Rt(StackPointer)),
            .. Extendable("addiu", "rt, pc, simm", "00001 ttt iiiiiiii", Scaled(2), None, (ref c) => c.T = Word(NearAddress(ref c))),
            .. Extendable("slti", "rs, simm", "01010 sss iiiiiiii", s_unsigned, None, (ref c) => c.T = V.Less(c.S, c.Constant(c.Fields.Immediate)), Rt(ConditionRegister)),
            .. Extendable("sltiu", "rs, simm", "01011 sss iiiiiiii", s_unsigned, None, (ref c) => c.T = V.LessUnsigned(c.S, c.Constant(c.Fields.Immediate)), Rt(ConditionRegister)),
            .. Extendable("li", "rt, uimm", "01101 ttt iiiiiiii", s_unsigned, None, (ref c) => c.T = c.Constant(c.Fields.UnsignedImmediate), extended: s_unsigned),
            .. Extendable("cmpi", "rs, uimm", "01110 sss iiiiiiii", s_unsigned, None, (ref c) => c.T = c.S ^ c.Constant(c.Fields.UnsignedImmediate), Rt(ConditionRegister), extended: s_unsigned),

            // Arithmetic and logic on registers.
            Short("addu", "rd, rs, rt", "11100 sss ttt ddd 01", None, (ref c) => c.D = Word(c.S + c.T)),
            Short("subu", "rd, rs, rt", "11100 sss ttt ddd 11", None, (ref c) => c.D = Word(c.S - c.T)),
            Short("and", "rt, rs", "11101 ttt sss 01100", None, (ref c) => c.T = c.T & c.S),
            Short("or", "rt, rs", "11101 ttt sss 01101", None, (ref c) => c.T = c.T | c.S),
            Short("xor", "rt, rs", "11101 ttt sss 01110", None, (ref c) => c.T = c.T ^ c.S),
            Short("not", "rt, rs", "11101 ttt sss 01111", None, (ref c) => c.T = ~c.S),
            Short("neg", "rt, rs", "11101 ttt sss 01011", None, (ref c) => c.T = Word(Const(0) - c.S)),
            Short("slt", "rs, rt", "11101 sss ttt 00010", None, (ref c) => c.D = V.Less(c.S, c.T), Rd(ConditionRegister)),
            Short("sltu", "rs, rt", "11101 sss ttt 00011", None, (ref c) => c.D = V.LessUnsigned(c.S, c.T), Rd(ConditionRegister)),
            Short("cmp", "rs, rt", "11101 sss ttt 01010", None, (ref c) => c.D = c.S ^ c.T, Rd(ConditionRegister)),
            Short("move", "rt, rs", "01100 111 ttt sssss", None, (ref c) => c.T = c.S),
            Short("move", "rd, rs", "01100 101 ddd DD sss", None, (ref c) => c.D = c.S),
            Short("nop", "", "01100 101 000 00 000", None, (ref c) => { }),
            Short("seb", "rt", "11101 ttt 100 10001", None, (ref c) => c.T = V.SignExtend(c.T, 8)),
            Short("seh", "rt", "11101 ttt 101 10001", None, (ref c) => c.T = V.SignExtend(c.T, 16)),
            Short("zeb", "rt", "11101 ttt 000 10001", None, (ref c) => c.T = V.ZeroExtend(c.T, 8)),
            Short("zeh", "rt", "11101 ttt 001 10001", None, (ref c) => c.T = V.ZeroExtend(c.T, 16)),

            // Shifts.
            .. Shift("sll", "00", (ref c) => c.D = V.ShiftLeft(c.T, c.Constant(c.Fields.Sa))),
            .. Shift("srl", "10", (ref c) => c.D = V.ShiftRight(c.T, c.Constant(c.Fields.Sa))),
            .. Shift("sra", "11", (ref c) => c.D = V.ShiftRightSigned(c.T, c.Constant(c.Fields.Sa))),
            Short("sllv", "rt, rs", "11101 sss ttt 00100", None, (ref c) => c.T = V.ShiftLeft(c.T, c.S)),
            Short("srlv", "rt, rs", "11101 sss ttt 00110", None, (ref c) => c.T = V.ShiftRight(c.T, c.S)),
            Short("srav", "rt, rs", "11101 sss ttt 00111", None, (ref c) => c.T = V.ShiftRightSigned(c.T, c.S)),

            // Multiply and divide.
            Short("mult", "rs, rt", "11101 sss ttt 11000", None, (ref c) => c.Multiply(c.S, c.T, signed: true, Accumulation.Replace)),
            Short("multu", "rs, rt", "11101 sss ttt 11001", None, (ref c) => c.Multiply(c.S, c.T, signed: false, Accumulation.Replace)),
            Short("div", "rs, rt", "11101 sss ttt 11010", None, (ref c) => { V divisor = SafeDivisor(c.S, c.T); (c.Hi, c.Lo) = (V.Remainder(c.S, divisor), V.Divide(c.S, divisor)); }),
            Short("divu", "rs, rt", "11101 sss ttt 11011", None, (ref c) => { V divisor = V.Choose(c.T, c.T, Const(1)); (c.Hi, c.Lo) = (V.RemainderUnsigned(c.S, divisor), V.DivideUnsigned(c.S, divisor)); }),
            Short("mfhi", "rt", "11101 ttt 000 10000", None, (ref c) => c.T = c.Hi),
            Short("mflo", "rt", "11101 ttt 000 10010", None, (ref c) => c.T = c.Lo),

            // Jumps with a delay slot: a link leads behind that, which is a half word.
            Long("jal", "jump", "00011 0 mmmmm hhhhh iiiiiiiiiiiiiiii", Branch | InstructionFlags.Link, (ref c) => { c.Jump(c.Constant(NearJump(ref c) | 1)); c.Link = c.Constant((long)c.Address + 6); }),
            Long("jalx", "jump", "00011 1 mmmmm hhhhh iiiiiiiiiiiiiiii", Branch | InstructionFlags.Link, (ref c) => { c.Jump(c.Constant(NearJump(ref c))); c.Link = c.Constant((long)c.Address + 6); }),
            Short("jr", "rs", "11101 sss 000 00000", Branch, (ref c) => c.Jump(c.S)),
            Short("jr", "rs", "11101 000 001 00000", Branch, (ref c) => c.Jump(c.S), Rs(ReturnRegister)),
            Short("jalr", "rs", "11101 sss 010 00000", Branch | InstructionFlags.Link, (ref c) => { c.Jump(c.S); c.Link = c.Constant((long)c.Address + 4); }),

            // Jumps and branches without one.
            Short("jrc", "rs", "11101 sss 100 00000", Branch | Compact, (ref c) => c.Jump(c.S)),
            Short("jrc", "rs", "11101 000 101 00000", Branch | Compact, (ref c) => c.Jump(c.S), Rs(ReturnRegister)),
            Short("jalrc", "rs", "11101 sss 110 00000", Branch | Compact | InstructionFlags.Link, (ref c) => { c.Jump(c.S); c.Link = c.Constant((long)c.Address + 2); }),
            .. CompactBranch("b", "branch", "00010 iiiiiiiiiii", bytes => (ref c) => c.Jump(CompactTarget(ref c, bytes)), None),
            .. CompactBranch("beqz", "rs, branch", "00100 sss iiiiiiii", bytes => (ref c) => c.Branch(V.Equal(c.S, Const(0)), CompactTarget(ref c, bytes), false)),
            .. CompactBranch("bnez", "rs, branch", "00101 sss iiiiiiii", bytes => (ref c) => c.Branch(Not(V.Equal(c.S, Const(0))), CompactTarget(ref c, bytes), false)),
            .. CompactBranch("bteqz", "branch", "01100 000 iiiiiiii", bytes => (ref c) => c.Branch(V.Equal(c.S, Const(0)), CompactTarget(ref c, bytes), false), implied: Rs(ConditionRegister)),
            .. CompactBranch("btnez", "branch", "01100 001 iiiiiiii", bytes => (ref c) => c.Branch(Not(V.Equal(c.S, Const(0))), CompactTarget(ref c, bytes), false), implied: Rs(ConditionRegister)),

            // Traps, and what is no instruction: among it the 64-bit ones, and ASMACRO.
            Short("break", "code20", "11101 kkkkkk 00101", Sensitive, (ref c) => c.Exit(ExitReason.Break)),
            Short("sdbbp", "code20", "11101 kkkkkk 00001", Sensitive, (ref c) => c.Exit(ExitReason.DebugBreak)),
            Short("reserved", "word", "xxxxxxxxxxxxxxxx", Sensitive, (ref c) => c.Exit(ExitReason.ReservedInstruction)),
            Long("reserved", "word", "11110 xxxxxxxxxxx xxxxxxxxxxxxxxxx", Sensitive, (ref c) => c.Exit(ExitReason.ReservedInstruction)),
            Long("reserved", "word", "11110 xxxxxxx 1111 01100 100 0 xxxxxxx", Sensitive, (ref c) => c.Exit(ExitReason.ReservedInstruction)),
            Long("reserved", "word", "11110 xxxxxxx 1111 01100 100 1 xxxxxxx", Sensitive, (ref c) => c.Exit(ExitReason.ReservedInstruction)),
        ];

        private static InstructionRow<P> Short(string name, string operands, string pattern, InstructionFlags flags, Meaning<P> meaning, uint implied = 0) =>
            Gathered(name, operands, pattern, flags, meaning, s_unsigned, implied);

        private static InstructionRow<P> Long(string name, string operands, string pattern, InstructionFlags flags, Meaning<P> meaning) =>
            Gathered(name, operands, pattern, flags, meaning, s_unsigned, 0);

        private static InstructionRow<P> Gathered(string name, string operands, string pattern, InstructionFlags flags, Meaning<P> meaning, Mips16Immediate immediate, uint implied) =>
            new(name, operands, pattern, IsaLevel.Mips16, flags, meaning) { Layout = new Mips16Layout(pattern.Replace(" ", "", StringComparison.Ordinal), immediate, implied) };

        private static InstructionRow<P>[] Extendable(string name, string operands, string pattern, Mips16Immediate immediate, InstructionFlags flags, Meaning<P> meaning, uint implied = 0, Mips16Immediate? extended = null) =>
        [
            Gathered(name, operands, pattern, flags, meaning, immediate, implied),
            Gathered(name, operands, Extended(pattern), flags, meaning, extended ?? s_signed, implied),
        ];

        // EXTEND has what an immediate lacks to 16 bits, or to 15 where the instruction has 4; that keeps the lowest 5 or 4.
        private static string Extended(string pattern)
        {
            string code = pattern.Replace(" ", "", StringComparison.Ordinal);
            int kept = Math.Min(5, code.Count(bit => bit == 'i'));
            string prefix = kept == 4 ? "11110 mmmmmmm hhhh" : "11110 mmmmmm hhhhh";
            return prefix + code[..^kept].Replace('i', 'x') + code[^kept..];
        }

        private static InstructionRow<P>[] Shift(string name, string function, Meaning<P> meaning) =>
        [
            Short(name, "rd, rt, sa", $"00110 ddd ttt aaa {function}", None, meaning),
            Long(name, "rd, rt, sa", $"11110 aaaaa xxxxxx 00110 ddd ttt xxx {function}", None, meaning),
        ];

        // A distance is counted in half words, from behind the branch.
        private static InstructionRow<P>[] CompactBranch(string name, string operands, string pattern, Func<int, Meaning<P>> meaning, InstructionFlags flags = InstructionFlags.Conditional, uint implied = 0) =>
        [
            Gathered(name, operands, pattern, Branch | Compact | flags, meaning(2), s_signed, implied),
            Gathered(name, operands, Extended(pattern), Branch | Compact | flags, meaning(4), s_signed, implied),
        ];

        private static InstructionRow<P>[] Frames(string name, string saves, InstructionFlags flags, Meaning<P> meaning)
        {
            uint stack = Rs(StackPointer) | Rt(StackPointer);
            return
            [
                Gathered(name, "frame", $"01100 100 {saves} lll ffff", flags | RegisterList, meaning, s_unsigned, stack),
                Gathered(name, "frame", $"11110 vvv FFFF AAAA 01100 100 {saves} lll ffff", flags | RegisterList, meaning, s_unsigned, stack),
            ];
        }

        private static Mips16Immediate Scaled(int shift) => new(IsSigned: false, shift);

        private static uint Rs(uint register) => register << 21;

        private static uint Rt(uint register) => register << 16;

        private static uint Rd(uint register) => register << 11;

        private static V CompactTarget(ref P c, int bytes) => c.Constant((long)c.Address + bytes + (c.Fields.Immediate << 1));

        // The region is that of the delay slot.
        private static long NearJump(ref P c) => (long)c.Address + 4 & ~0x0fff_ffffL | c.Fields.JumpIndex << 2;

        // Relative to the word that the instruction is in; in a delay slot, to that of the jump.
        private static V NearAddress(ref P c) => c.Constant(((long)c.Address & ~3L) + c.Fields.Immediate);

        // Arguments go to the caller's frame, other registers below it. What faults is begun again: the stack pointer moves last.
        private static void Save(ref P c)
        {
            SavedRegisters saved = c.Fields.Saved;
            V stack = c.S;
            for (int i = 0; i < saved.Arguments; i++)
            {
                if (!c.Store(AccessSize.Word, stack + Const(4 * i), c[SavedRegisters.FirstArgument + i]))
                    return;
            }
            int offset = 0;
            foreach (int register in saved.Below)
            {
                if (!c.Store(AccessSize.Word, stack + Const(offset -= 4), c[register]))
                    return;
            }
            c.T = Word(stack - c.Constant(c.Fields.FrameBytes));
        }

        private static void Restore(ref P c)
        {
            V stack = c.S, frame = c.Constant(c.Fields.FrameBytes);
            int offset = 0;
            foreach (int register in c.Fields.Saved.Below)
            {
                if (!c.Load(AccessSize.Word, true, stack + (frame + Const(offset -= 4)), out V value))
                    return;
                c[register] = value;
            }
            c.T = Word(stack + frame);
        }
    }
}
