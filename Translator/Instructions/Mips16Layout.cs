namespace Dbt.Translator.Instructions;

/// <summary>How the immediate of a MIPS16e instruction is to be read.</summary>
/// <param name="IsSigned">Whether its highest bit is a sign.</param>
/// <param name="Shift">How far it is shifted left.</param>
public readonly record struct Mips16Immediate(bool IsSigned, int Shift = 0)
{
    /// <summary>The immediate that some bits stand for.</summary>
    public int Of(uint bits, int width) =>
        (IsSigned ? (int)(bits << 32 - width) >> 32 - width : (int)bits) << Shift;
}

/// <summary>
/// Where a MIPS16e instruction has its fields, and what it implies without having a field for it. They are gathered
/// into a word that has them where <see cref="Instruction"/> looks for them, so that meanings, operands and engines
/// need not know which instruction set they came from.
/// </summary>
/// <remarks>
/// Field letters: s, t, d registers, of which three bits name one of eight; a shift amount; k code; i, m, h an
/// immediate, from its lowest bits to its highest; f, F the size of a frame; l, v, A lists of registers that are saved.
/// D has the upper bits of d.
/// </remarks>
/// <param name="pattern">The bits from the most significant one.</param>
/// <param name="immediate">How its immediate is to be read.</param>
/// <param name="implied">The fields it does not have but means.</param>
public sealed class Mips16Layout(string pattern, Mips16Immediate immediate, uint implied)
{
    // Letters of a field from its highest bits on, and where Instruction has it.
    private static readonly (string Letters, int At)[] s_fields =
    [
        ("s", 21), ("t", 16), ("Dd", 11), ("a", 6), ("k", 6), ("hmi", 0),
        ("v", 29), ("l", 26), ("A", 8), ("Ff", 0),
    ];

    // Few guests have such code: the pattern is looked at when the first instruction of its row is.
    private (string Letters, int[] Bits, int At)[]? _fields;

    /// <summary>The fields of an instruction.</summary>
    public Instruction Gather(uint code)
    {
        uint word = implied;
        foreach ((string letters, int[] bits, int at) in _fields ??= Fields())
        {
            uint field = 0;
            foreach (int bit in bits)
                field = field << 1 | code >> bit & 1;
            word |= Value(letters, field, bits.Length) << at;
        }
        return new Instruction(word);
    }

    private (string Letters, int[] Bits, int At)[] Fields() =>
    [
        .. from field in s_fields
           let bits = Bits(field.Letters)
           where bits.Length > 0
           select (field.Letters, bits, field.At),
    ];

    private int[] Bits(string letters) =>
    [
        .. from letter in letters
           from place in Enumerable.Range(0, pattern.Length)
           where pattern[place] == letter
           select pattern.Length - 1 - place,
    ];

    private uint Value(string letters, uint field, int width) => (letters, width) switch
    {
        // Registers 16, 17 and 2 to 7.
        ("s" or "t" or "Dd", 3) => field < 2 ? field + 16 : field,
        // A shift by 8 places, and a frame of 128 bytes, where there would be none.
        ("a", 3) => field == 0 ? 8 : field,
        ("Ff", 4) => field == 0 ? 16 : field,
        ("hmi", 26) => field,
        ("hmi", _) => (uint)immediate.Of(field, width) & 0xffff,
        _ => field,
    };
}
