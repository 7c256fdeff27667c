using System.Reflection.Emit;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission.FloatingPoint;

/// <summary>
/// Tells from operands and result what an operation of the host could have raised, and gives the unit up if that is
/// more than may be:
/// ordinarily anything but I, and I as well where Flags.I is not set yet.
/// </summary>
/// <param name="code">Where the code goes.</param>
/// <param name="exits">How to give up.</param>
internal sealed class Exactness(CodeEmitter code, IUnitExits exits)
{
    // The least exponent, biased, of a double whose error is sure to be a number: below it, the error itself could
    // vanish.
    private const int LeastExponent = 123;

    /// <summary>An addition's tiny results are exact: only overflow, infinities and NaNs show.</summary>
    public void GiveUpUnlessFinite(FloatValue value) =>
        // if ((bits & exponent) == exponent) give up
        code.GotoIf(Exponent(value).Is(LargestExponent(value)), exits.GiveUpLabel());

    /// <summary>A zero is exact if an operand is zero; any other tiny result may have underflowed.</summary>
    public void GiveUpUnlessNormal(FloatValue value, FloatValue first, FloatValue? second = null)
    {
        Label odd = code.DefineLabel(), fine = code.DefineLabel(), giveUp = exits.GiveUpLabel();
        // if ((uint)(exponent - 1) >= largest - 1) goto odd; fine:
        code.GotoUnless((Exponent(value) - 1).IsBelow(LargestExponent(value) - 1), odd);
        code.Mark(fine);
        code.Cold(() =>
        {
            // odd: if (value != 0) give up; if (first == 0 || second == 0) goto fine; give up
            code.Mark(odd);
            code.GotoIf(value.IsNot(Zero(value)), giveUp);
            GoIfZero(first, second, fine);
            code.Goto(giveUp);
        });
    }

    /// <summary>Neither is a NaN.</summary>
    public void GiveUpUnlessOrdered(FloatValue a, FloatValue b)
    {
        Label ordered = code.DefineLabel();
        // if (!(a >= b) && !(a < b)) give up
        code.GotoIf(a.IsAtLeast(b), ordered);
        code.GotoUnless(a.IsLess(b), exits.GiveUpLabel());
        code.Mark(ordered);
    }

    /// <summary>It is no NaN.</summary>
    public void GiveUpIfNaN(FloatValue value) =>
        // if (value != value) give up
        code.GotoIf(value.IsNot(value), exits.GiveUpLabel());

    /// <summary>The two are equal: one is the other in another format, or was.</summary>
    public void GiveUpUnlessSame(FloatValue a, FloatValue b) =>
        // if (a != b) give up
        code.GotoIf(a.IsNot(b), exits.GiveUpLabel());

    /// <summary>The rounded result of an operation is the true one.</summary>
    public void GiveUpIfInexact(FpOperation operation, FloatValue a, FloatValue b, FloatValue result) =>
        // if (error != 0) give up
        code.GotoIf(Error(operation, a, b, result).IsNot(FloatValue.Constant(0)), exits.GiveUpLabel());

    // In double, which has a single's error whatever the operation.
    private FloatValue Error(FpOperation operation, FloatValue a, FloatValue b, FloatValue result)
    {
        switch (operation)
        {
            case FpOperation.Add or FpOperation.Subtract:
                // Knuth's two-sum: v = result - a; error = a - (result - v) + (±b - v)
                FloatValue v = code.Copy(result - a);
                return (a - (result - v) + ((operation == FpOperation.Add ? b : -b) - v)).ToDouble();
            case FpOperation.Multiply:
                // fma(a, b, -result)
                GiveUpIfSmall(result, a, b);
                return FloatValue.FusedMultiplyAdd(a.ToDouble(), b.ToDouble(), -result.ToDouble());
            case FpOperation.Divide:
                // fma(-result, b, a)
                GiveUpIfSmall(a, a);
                return FloatValue.FusedMultiplyAdd(-result.ToDouble(), b.ToDouble(), a.ToDouble());
            default:
                // Of a square root: fma(-result, result, a)
                GiveUpIfSmall(a, a);
                return FloatValue.FusedMultiplyAdd(-result.ToDouble(), result.ToDouble(), a.ToDouble());
        }
    }

    // A single is far from where errors vanish, and a zero has none.
    private void GiveUpIfSmall(FloatValue value, FloatValue zero, FloatValue? otherZero = null)
    {
        if (!value.IsDouble)
            return;
        Label fine = code.DefineLabel(), small = code.DefineLabel(), giveUp = exits.GiveUpLabel();
        // if (exponent < least) goto small; fine:
        code.GotoIf(Exponent(value).IsLess(LeastExponent), small);
        code.Mark(fine);
        code.Cold(() =>
        {
            // small: if (zero == 0 || otherZero == 0) goto fine; give up
            code.Mark(small);
            GoIfZero(zero, otherZero, fine);
            code.Goto(giveUp);
        });
    }

    private void GoIfZero(FloatValue first, FloatValue? second, Label target)
    {
        code.GotoIf(first.Is(Zero(first)), target);
        if (second is { } other)
            code.GotoIf(other.Is(Zero(other)), target);
    }

    private static FloatValue Zero(FloatValue like) => FloatValue.Constant(0, like.IsDouble);

    private static int LargestExponent(FloatValue value) => value.IsDouble ? 0x7ff : 0xff;

    // (int)(bits >>> 52) & 0x7ff, or bits >>> 23 & 0xff
    private static IntValue Exponent(FloatValue value) =>
        value.IsDouble ? (value.Bits64() >>> 52).ToInt32() & 0x7ff : value.Bits32() >>> 23 & 0xff;
}
