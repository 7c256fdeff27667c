using Dbt.Runtime.FloatingPoint;
using Dbt.TestRoms.Instructions;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>Operations on chosen operands, in any mode, with and without FS, any trap enabled: the unit against <see cref="ExactArithmetic"/>.</summary>
internal static class ExactComparison
{
    // Beyond the operations: the conditions of C.cond.fmt.
    private const int FirstCondition = 100;
    private const uint Conditions = 0xfe80_0000, Enables = 0xf80, Flags = 0x7c, Mode = 3;

    /// <summary>What there is to compare: each operation in each format that has it, and each condition.</summary>
    public static IReadOnlyList<(int Code, FpFormat Format)> All { get; } =
    [
        .. from operation in Enum.GetValues<FpOperation>() from format in Enum.GetValues<FpFormat>() where Exists(operation, format) select ((int)operation, format),
        .. from condition in Enumerable.Range(0, 16) from format in (FpFormat[])[FpFormat.Single, FpFormat.Double] select (FirstCondition + condition, format),
    ];

    /// <summary>The first difference of so many tries; null for none.</summary>
    public static string? FirstDifference(int code, FpFormat format, int seed, int count)
    {
        SeededRandom random = new($"{code} {format} {seed}");
        for (int i = 0; i < count; i++)
        {
            uint before = random.Word() & (Conditions | Flags | Mode | Fcsr.FlushToZero) | (random.Below(2) == 0 ? random.Word() & Enables : 0);
            ulong a = Operand(random, format), b = Related(random, format, a), c = Related(random, format, b);
            var expected = Exact(code, format, a, b, c, before);
            var actual = Unit(code, format, a, b, c, before);
            if (expected != actual)
            {
                string name = code < FirstCondition ? ((FpOperation)code).ToString() : $"condition {code - FirstCondition}";
                return $"{name} {format} {a:x} {b:x} {c:x} with FCSR {before:x8}: exactly {Text(expected)}, here {Text(actual)}";
            }
        }
        return null;

        static string Text((ulong Result, uint Status, bool Trap) end) => end.Trap ? $"a trap, FCSR {end.Status:x8}" : $"{end.Result:x}, FCSR {end.Status:x8}";
    }

    private static bool Exists(FpOperation operation, FpFormat format) => (operation, format) switch
    {
        (FpOperation.ConvertToSingle, FpFormat.Single) or (FpOperation.ConvertToDouble, FpFormat.Double) => false,
        (FpOperation.ConvertToSingle or FpOperation.ConvertToDouble, _) => true,
        _ => format is FpFormat.Single or FpFormat.Double,
    };

    // A result that traps is not written, and leaves the flags alone (MD00086, "FPU Exceptions").
    private static (ulong, uint, bool) Exact(int code, FpFormat format, ulong a, ulong b, ulong c, uint before)
    {
        uint enabled = before >> Fcsr.EnablesShift & 31;
        ExactArithmetic exact = new(
            (FpRounding)(before & Mode), (before & Fcsr.FlushToZero) != 0, reportsExactUnderflow: (enabled & (uint)FpExceptions.Underflow) != 0);
        ulong result = code < FirstCondition
            ? exact.Execute((FpOperation)code, format, a, b, c)
            : exact.Compare(code - FirstCondition, format, a, b) ? 1UL : 0;
        uint raised = (uint)exact.Raised;
        bool trap = (raised & enabled) != 0;
        uint after = before & ~(0x3fu << Fcsr.CauseShift) | raised << Fcsr.CauseShift | (trap ? 0 : raised << Fcsr.FlagsShift);
        return (trap ? 0 : result, after, trap);
    }

    private static (ulong, uint, bool) Unit(int code, FpFormat format, ulong a, ulong b, ulong c, uint before)
    {
        bool trap;
        ulong result = code < FirstCondition
            ? FpUnit.Execute((FpOperation)code, format, a, b, c, ref before, out trap)
            : FpUnit.Compare(code - FirstCondition, format, a, b, ref before, out trap) ? 1UL : 0;
        return (trap ? 0 : result, before, trap);
    }

    private static ulong Operand(SeededRandom random, FpFormat format)
    {
        ulong bits = (ulong)random.Word() << 32 | random.Word();
        if (format >= FpFormat.Word)
            return random.Below(2) == 0 ? bits : (ulong)((long)bits >> random.Below(64));
        (int fraction, int exponent) = format == FpFormat.Single ? (23, 8) : (52, 11);
        int most = (1 << exponent) - 1, middle = most / 2;
        // An exponent at an end, where NaNs and subnormal numbers are, about 1, about the end of integers, or any.
        int field = random.Below(8) switch
        {
            0 => most - random.Below(3),
            1 => random.Below(fraction),
            2 or 3 => middle - 4 + random.Below(9),
            4 => middle + 28 + random.Below(40),
            _ => (int)(bits >> fraction) & most,
        };
        // Few bits set, few clear, or any.
        ulong digits = random.Below(4) switch { 0 => 1UL << random.Below(fraction), 1 => ulong.MaxValue << random.Below(fraction), 2 => 0, _ => bits };
        return digits & (1UL << fraction) - 1 | (ulong)Math.Clamp(field, 0, most) << fraction | (bits >> 63) << fraction + exponent;
    }

    // Often near the other operand, so that they cancel, or its opposite in size, so that the result is about 1 or at an end.
    private static ulong Related(SeededRandom random, FpFormat format, ulong other)
    {
        ulong sign = format == FpFormat.Single ? 1UL << 31 : 1UL << 63, one = format == FpFormat.Single ? 0x3f80_0000UL : 0x3ff0_0000_0000_0000;
        ulong magnitude = other & sign - 1;
        return random.Below(6) switch
        {
            0 => other + (ulong)random.Below(3) - 1 & (sign | sign - 1),
            1 => (other ^ sign) + (ulong)random.Below(3) - 1 & (sign | sign - 1),
            2 when magnitude < 2 * one => 2 * one - magnitude | other & sign,
            _ => Operand(random, format),
        };
    }
}
