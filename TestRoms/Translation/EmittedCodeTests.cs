using System.Reflection.Emit;
using Dbt.Translator.Emission;
using Xunit;

namespace Dbt.TestRoms.Translation;

/// <summary>What is emitted does what the C# that it reads as would do.</summary>
public sealed unsafe class EmittedCodeTests
{
    private static readonly NativeValue _memory = CodeEmitter.Argument<NativeValue>(0, ExpressionType.Native);
    private static readonly NativeValue _second = CodeEmitter.Argument<NativeValue>(1, ExpressionType.Native);

    [Fact]
    public void What_lies_at_an_address_is_a_value_and_may_be_assigned_to()
    {
        long* cells = stackalloc long[] { 40, 2, 0 };

        Run((nint)cells, code =>
        {
            code.Assign(_memory.Long(16), _memory.Long(0) + _memory.Long(8));
            code.Assign(_memory.Int(0), -1);
        });

        Assert.Equal(42, cells[2]);
        Assert.Equal(uint.MaxValue, cells[0]);
    }

    [Fact]
    public void An_element_of_an_array_is_found_by_an_unsigned_index()
    {
        int* cells = stackalloc int[] { 3, 10, 20, 30 };

        nint found = Run((nint)cells, code =>
            code.Return(_memory.Element(_memory.Int(0), sizeof(int)).Int(0).ToNative()));

        Assert.Equal(30, found);
    }

    [Fact]
    public void A_value_held_is_computed_once_and_a_constant_not_at_all()
    {
        int* cell = stackalloc int[] { 1 };
        IlListing listing = new();
        new CodeEmitter(listing).Hold<IntValue>(5);

        nint sum = Run((nint)cell, code =>
        {
            IntValue held = code.Hold(_memory.Int(0));
            code.Assign(_memory.Int(0), held + 6);
            code.Return((held + _memory.Int(0)).ToNative());
        });

        Assert.Equal(8, sum);
        Assert.Equal((0, 0), (listing.InstructionCount, listing.LocalCount));
    }

    [Theory]
    [InlineData(1.0, 2.0, true)]
    [InlineData(2.0, 1.0, false)]
    [InlineData(double.NaN, 1.0, false)]
    [InlineData(1.0, double.NaN, false)]
    public void A_comparison_with_a_NaN_does_not_hold_however_it_is_asked(double a, double b, bool isLess)
    {
        double* cells = stackalloc double[] { a, b };
        FloatValue x = _memory.Double(0), y = _memory.Double(8);

        Assert.Equal(isLess, Holds((nint)cells, (code, yes) => code.GotoIf(x.IsLess(y), yes)));
        Assert.Equal(!isLess, Holds((nint)cells, (code, yes) => code.GotoUnless(x.IsLess(y), yes)));
        Assert.Equal(a >= b, Holds((nint)cells, (code, yes) => code.GotoIf(x.IsAtLeast(y), yes)));
        Assert.Equal(!(a >= b), Holds((nint)cells, (code, yes) => code.GotoUnless(x.IsAtLeast(y), yes)));
        Assert.Equal(a >= b ? 1 : 0, Run((nint)cells, code => code.Return(x.IsAtLeast(y).ToNative())));
    }

    [Theory]
    [InlineData(0, 0x1234_5678)]
    [InlineData(4, unchecked((int)0x8123_4567))]
    [InlineData(28, 0x2345_6781)]
    public void A_rotation_by_a_constant_keeps_every_bit(int count, int expected)
    {
        int* cell = stackalloc int[] { 0x1234_5678 };

        nint rotated = Run((nint)cell, code => code.Return(_memory.Int(0).RotatedRight(count).ToNative()));

        Assert.Equal((uint)expected, (uint)rotated);
    }

    // A processor's rotation leaves the zero flag as it was, which the JIT forgets.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(5, 0)]
    [InlineData(5, 1)]
    public void A_rotation_is_zero_if_it_is_whatever_was_compared_before(int value, int before)
    {
        int* cells = stackalloc int[] { value, before };
        Func<CodeEmitter, IntValue, IntValue>[] rotations =
        [
            (code, x) => x.RotatedRight(2),
            (code, x) => code.Copy(x.RotatedRight(2)),
            (code, x) => code.Copy(code.Copy(x.RotatedRight(2))),
            (code, x) => code.Copy(code.Copy(x >>> 2) | code.Copy(x << 30)),
            (code, x) => code.Copy(x << 30) ^ code.Copy(x >>> 2),
        ];
        Action<CodeEmitter, IntValue, Label>[] tests =
        [
            (code, rotation, yes) => code.GotoIf(rotation.Is(0), yes),
            (code, rotation, yes) => code.GotoUnless(rotation.IsNot(0), yes),
            (code, rotation, yes) => code.GotoUnless(rotation, yes),
            (code, rotation, yes) => code.GotoIf(rotation.IsBelow(1), yes),
            (code, rotation, yes) => code.GotoUnless(((IntValue)0).IsBelow(rotation), yes),
            (code, rotation, yes) => code.GotoIf(code.Copy(rotation.Is(0)), yes),
            (code, rotation, yes) => code.GotoIf(code.Copy(rotation.IsBelow(1)), yes),
            (code, rotation, yes) => code.Switch(rotation, [yes]),
        ];

        Assert.All(rotations, rotation => Assert.All(tests, test => Assert.Equal(
            value == 0,
            Holds((nint)cells, (code, yes) =>
            {
                IntValue x = code.Copy(_memory.Int(0));
                code.GotoIf(_memory.Int(4).IsLess(0), yes);
                test(code, rotation(code, x), yes);
            }))));
    }

    [Fact]
    public void What_is_known_when_it_is_emitted_is_no_code()
    {
        IntValue three = 3, four = 4;

        Assert.Equal(7, (three + four).Expression.Value);
        Assert.True(three.IsLess(four).Expression.IsAlways);
        Assert.True((three & 0).Expression.IsNever);
        Assert.Equal(_memory.Int(0), _memory.Int(0) + 0);
        Assert.Equal(_memory.Int(24), (_memory + 16).Int(8));
    }

    [Fact]
    public void A_tail_call_hands_its_arguments_on_in_place_of_the_caller()
    {
        nint add = (nint)(delegate*<nint, nint, nint>)&Add;

        nint sum = Run(add, code => code.TailCall(_memory, _second.Expression, ((NativeValue)2).Expression), second: 40);

        Assert.Equal(42, sum);
    }

    [Fact]
    public void Nothing_can_be_assigned_to_a_sum() =>
        Assert.Throws<InvalidOperationException>(() => new CodeEmitter(new IlListing()).Assign(_memory.Int(0) + 1, 2));

    private static nint Add(nint a, nint b) => a + b;

    private static bool Holds(nint memory, Action<CodeEmitter, Label> test) => Run(memory, code =>
    {
        Label yes = code.DefineLabel();
        test(code, yes);
        code.Return(0);
        code.Mark(yes);
        code.Return(1);
    }) != 0;

    private static nint Run(nint memory, Action<CodeEmitter> emit, nint second = 0)
    {
        DynamicMethod method = new("emitted", typeof(nint), [typeof(nint), typeof(nint)]);
        CodeEmitter code = new(method.GetILGenerator());
        emit(code);
        code.Return(0);
        return method.CreateDelegate<Func<nint, nint, nint>>()(memory, second);
    }
}
