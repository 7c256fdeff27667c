using System.Numerics;

namespace Dbt.Translator.Instructions;

/// <summary>
/// The value of a general register, in a meaning. One implementation computes (the interpreter), another records
/// what was asked of it (the translator). Arithmetic is modulo the register width.
/// </summary>
/// <typeparam name="V">The implementation itself.</typeparam>
public interface IWord<V> :
    IAdditionOperators<V, V, V>, ISubtractionOperators<V, V, V>, IMultiplyOperators<V, V, V>, IBitwiseOperators<V, V, V>
    where V : struct, IWord<V>
{
    /// <summary>A constant, sign-extended to the register width.</summary>
    static abstract V Constant(long value);

    /// <summary><paramref name="a"/> shifted left by the low 5 bits of <paramref name="count"/>.</summary>
    static abstract V ShiftLeft(V a, V count);

    /// <summary>
    /// The low 32 bits of <paramref name="a"/> shifted right by the low 5 bits of <paramref name="count"/>, zeros
    /// entering.
    /// </summary>
    static abstract V ShiftRight(V a, V count);

    /// <summary>
    /// The low 32 bits of <paramref name="a"/> shifted right by the low 5 bits of <paramref name="count"/>, the sign
    /// entering.
    /// </summary>
    static abstract V ShiftRightSigned(V a, V count);

    /// <summary>1 if <paramref name="a"/> &lt; <paramref name="b"/> as signed numbers, else 0.</summary>
    static abstract V Less(V a, V b);

    /// <summary>1 if <paramref name="a"/> &lt; <paramref name="b"/> as unsigned numbers, else 0.</summary>
    static abstract V LessUnsigned(V a, V b);

    /// <summary>1 if the two are equal, else 0.</summary>
    static abstract V Equal(V a, V b);

    /// <summary>
    /// <paramref name="yes"/> where <paramref name="condition"/> is not 0, else <paramref name="no"/>.
    /// </summary>
    static abstract V Choose(V condition, V yes, V no);

    /// <summary>The low <paramref name="bits"/> (8, 16 or 32) of <paramref name="a"/>, sign-extended.</summary>
    static abstract V SignExtend(V a, int bits);

    /// <summary>The low <paramref name="bits"/> (8 or 16) of <paramref name="a"/>, zero-extended.</summary>
    static abstract V ZeroExtend(V a, int bits);

    /// <summary>
    /// The quotient of two signed words; the divisor is never 0, nor −1 under the most negative dividend.
    /// </summary>
    static abstract V Divide(V a, V b);

    /// <summary>The remainder of two signed words; the divisor as for <see cref="Divide"/>.</summary>
    static abstract V Remainder(V a, V b);

    /// <summary>The quotient of two unsigned words; the divisor is never 0.</summary>
    static abstract V DivideUnsigned(V a, V b);

    /// <summary>The remainder of two unsigned words; the divisor is never 0.</summary>
    static abstract V RemainderUnsigned(V a, V b);

    /// <summary>How many zeros precede the first one of the low word; 32 if there is none.</summary>
    static abstract V LeadingZeros(V a);
}
