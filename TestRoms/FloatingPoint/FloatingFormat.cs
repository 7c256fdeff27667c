using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>What the tests know about a format, apart from the code under test.</summary>
internal sealed record FloatingFormat(ulong SignBit, ulong Infinity, ulong SmallestNormal, ulong SignallingBit, ulong DefaultNaN)
{
    public static readonly FloatingFormat Single = new(0x8000_0000, 0x7f80_0000, 0x0080_0000, 0x0040_0000, 0x7fbf_ffff);

    public static readonly FloatingFormat Double = new(
        0x8000_0000_0000_0000, 0x7ff0_0000_0000_0000, 0x0010_0000_0000_0000, 0x0008_0000_0000_0000, 0x7ff7_ffff_ffff_ffff);

    public static FloatingFormat Of(FpFormat format) => format == FpFormat.Single ? Single : Double;

    public bool IsNaN(ulong bits) => (bits & ~SignBit) > Infinity;

    public bool IsSignalling(ulong bits) => IsNaN(bits) && (bits & SignallingBit) != 0;

    public bool IsQuiet(ulong bits) => IsNaN(bits) && (bits & SignallingBit) == 0;

    public bool IsSubnormal(ulong bits) => (bits & ~SignBit) != 0 && (bits & ~SignBit) < SmallestNormal;

    /// <summary>The operand as FCSR.FS has it.</summary>
    public ulong Flushed(ulong bits) => IsSubnormal(bits) ? bits & SignBit : bits;
}
