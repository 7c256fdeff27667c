using Dbt.Translator;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.Instructions;

/// <summary>
/// Instructions to execute, and how the state before them differs from <see cref="CpuState.Baseline"/>. Of MIPS16e, the
/// code is half words.
/// </summary>
internal sealed record CpuCase(uint[] Code, (int Index, uint Value)[] Changes, bool IsMips16 = false)
{
    public uint Entry => IsMips16 ? CpuState.Code | 1 : CpuState.Code;

    /// <summary>What does nothing.</summary>
    public uint Nop => IsMips16 ? 0x6500u : 0;

    /// <summary>The instructions as text.</summary>
    public string Text => string.Join("; ", Instructions.Select(code => $"{code.Word:x} {Disassembler.Format(code.Word, code.Pc)}"));

    /// <summary>The instructions one after the other, and which elements of the code each of them is.</summary>
    public IEnumerable<(uint Word, uint Pc, Range Place)> Instructions
    {
        get
        {
            uint pc = Entry;
            for (int i = 0; i < Code.Length; i++)
            {
                int first = i;
                uint word = Code[i];
                if (IsMips16 && Mips16Decoder.IsLong(word) && i + 1 < Code.Length)
                    word = word << 16 | Code[++i];
                yield return (word, pc, first..(i + 1));
                pc += (uint)InstructionSet.BytesOf(word, pc);
            }
        }
    }

    public uint[] Before()
    {
        uint[] state = [.. CpuState.Baseline];
        foreach ((int index, uint value) in Changes)
            state[index] = value;
        return state;
    }
}

/// <summary>What became of a case: the signal (0: none), the PC, and how the state changed.</summary>
internal sealed record CpuAnswer(int Signal, uint Pc, (int Index, uint Value)[] Changes)
{
    public const int Illegal = 4;
    public const int Trap = 5;
    public const int Arithmetic = 8;
    public const int Bus = 10;
    public const int Segment = 11;

    public bool Equals(CpuAnswer? other) =>
        other is not null && Signal == other.Signal && Pc == other.Pc && Changes.AsSpan().SequenceEqual(other.Changes);

    public override int GetHashCode() => HashCode.Combine(Signal, Pc, Changes.Length);

    public override string ToString()
    {
        string signal = Signal switch { Illegal => "SIGILL", Trap => "SIGTRAP", Arithmetic => "SIGFPE", Bus => "SIGBUS", Segment => "SIGSEGV", _ => "no signal" };
        return $"{signal} at {Pc:x8}: {string.Join(", ", Changes.Select(change => $"{CpuState.Name(change.Index)} = {change.Value:x8}"))}";
    }
}
