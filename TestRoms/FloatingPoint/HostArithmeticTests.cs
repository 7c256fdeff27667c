using Dbt.Runtime.FloatingPoint;
using Dbt.Translator.Instructions;
using Xunit;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>The host's arithmetic is an oracle for results in the default rounding mode. NaNs, which differ by host, count as one.</summary>
public sealed class HostArithmeticTests
{
    private const int Rounds = 200_000;

    public static TheoryData<FpOperation> Operations =>
    [
        FpOperation.Add, FpOperation.Subtract, FpOperation.Multiply, FpOperation.Divide, FpOperation.SquareRoot,
        FpOperation.MultiplyAdd, FpOperation.NegateMultiplySubtract,
    ];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Doubles_agree_with_the_host(FpOperation operation)
    {
        Random random = new(754);
        for (int i = 0; i < Rounds; i++)
        {
            double a = RandomDouble(random), b = RandomDouble(random), c = RandomDouble(random);
            double expected = operation switch
            {
                FpOperation.Add => a + b,
                FpOperation.Subtract => a - b,
                FpOperation.Multiply => a * b,
                FpOperation.Divide => a / b,
                FpOperation.SquareRoot => Math.Sqrt(a),
                FpOperation.MultiplyAdd => a * b + c,
                _ => -(a * b - c),
            };
            double actual = BitConverter.UInt64BitsToDouble(Run(operation, FpFormat.Double, Bits(a), Bits(b), Bits(c)));
            Assert.True(Bits(expected) == Bits(actual) || (double.IsNaN(expected) && double.IsNaN(actual)), $"{operation} {a:r} {b:r} {c:r}: {expected:r}, was {actual:r}");
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Singles_agree_with_the_host(FpOperation operation)
    {
        Random random = new(754);
        for (int i = 0; i < Rounds; i++)
        {
            float a = RandomSingle(random), b = RandomSingle(random), c = RandomSingle(random);
            float expected = operation switch
            {
                FpOperation.Add => a + b,
                FpOperation.Subtract => a - b,
                FpOperation.Multiply => a * b,
                FpOperation.Divide => a / b,
                FpOperation.SquareRoot => MathF.Sqrt(a),
                FpOperation.MultiplyAdd => (float)(a * b) + c,
                _ => -((float)(a * b) - c),
            };
            float actual = BitConverter.UInt32BitsToSingle((uint)Run(operation, FpFormat.Single, Bits(a), Bits(b), Bits(c)));
            Assert.True(Bits(expected) == Bits(actual) || (float.IsNaN(expected) && float.IsNaN(actual)), $"{operation} {a:r} {b:r} {c:r}: {expected:r}, was {actual:r}");
        }
    }

    [Fact]
    public void Conversions_agree_with_the_host()
    {
        Random random = new(754);
        for (int i = 0; i < Rounds; i++)
        {
            double d = RandomDouble(random);
            float s = RandomSingle(random);
            long l = (long)(RandomBits(random) >> random.Next(64));
            if (!double.IsNaN(d))
            {
                Assert.Equal(Bits((float)d), Run(FpOperation.ConvertToSingle, FpFormat.Double, Bits(d)));
                if (Math.Abs(d) < 2e9)
                    Assert.Equal((uint)(int)d, Run(FpOperation.TruncateToWord, FpFormat.Double, Bits(d)));
                if (Math.Abs(d) < 9e18)
                    Assert.Equal((ulong)(long)Math.Floor(d), Run(FpOperation.FloorToLong, FpFormat.Double, Bits(d)));
            }
            if (!float.IsNaN(s))
                Assert.Equal(Bits((double)s), Run(FpOperation.ConvertToDouble, FpFormat.Single, Bits(s)));
            Assert.Equal(Bits((double)l), Run(FpOperation.ConvertToDouble, FpFormat.Long, (ulong)l));
            Assert.Equal(Bits((float)l), Run(FpOperation.ConvertToSingle, FpFormat.Long, (ulong)l));
            Assert.Equal(Bits((double)(int)l), Run(FpOperation.ConvertToDouble, FpFormat.Word, (uint)l));
        }
    }

    private static ulong Run(FpOperation operation, FpFormat format, ulong a, ulong b = 0, ulong c = 0)
    {
        uint fcsr = 0;
        return FpUnit.Execute(operation, format, a, b, c, ref fcsr, out _);
    }

    private static ulong RandomBits(Random random) => (ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64();

    /// <summary>Half of any exponent, half near one, where operands meet.</summary>
    private static double RandomDouble(Random random)
    {
        ulong bits = RandomBits(random);
        if (random.Next(2) == 0)
            bits = bits & 0x800f_ffff_ffff_ffff | (ulong)random.Next(990, 1060) << 52;
        return BitConverter.UInt64BitsToDouble(bits);
    }

    private static float RandomSingle(Random random)
    {
        uint bits = (uint)RandomBits(random);
        if (random.Next(2) == 0)
            bits = bits & 0x807f_ffff | (uint)random.Next(110, 150) << 23;
        return BitConverter.UInt32BitsToSingle(bits);
    }

    private static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(value);

    private static ulong Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
