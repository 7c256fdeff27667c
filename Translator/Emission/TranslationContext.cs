namespace Dbt.Translator.Emission;

/// <summary>What the translator may take for granted when it compiles a region: part of the fragment's key.</summary>
/// <param name="IsKernel">Whether the code runs in kernel mode: kseg0 is reachable and never remapped.</param>
/// <param name="FloatUsable">Whether coprocessor 1 is usable.</param>
/// <param name="Float64">Whether floating-point registers are 64 bits wide.</param>
/// <param name="RamWindow">Bytes of RAM behind the start of kseg0.</param>
public readonly record struct TranslationContext(bool IsKernel, bool FloatUsable, bool Float64, uint RamWindow);
