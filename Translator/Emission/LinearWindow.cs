namespace Dbt.Translator.Emission;

/// <summary>
/// The piece of kernel address space that is never remapped and begins with RAM: kseg0, and kseg1 behind it.
/// </summary>
/// <param name="Start">First address.</param>
/// <param name="RamBytes">Bytes of RAM from there on.</param>
/// <param name="Bytes">Bytes that are never remapped.</param>
public readonly record struct LinearWindow(uint Start, uint RamBytes, uint Bytes)
{
    /// <summary>Whether an address is one that is never remapped.</summary>
    public bool Contains(uint address) => address - Start < Bytes;

    /// <summary>Whether an address is one where RAM is.</summary>
    public bool HoldsRam(uint address) => address - Start < RamBytes;
}
