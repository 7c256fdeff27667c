namespace Dbt.Runtime.Loading;

/// <summary>A piece of an ELF image that goes into memory.</summary>
/// <param name="VirtualAddress">Where the program expects it, sign-extended.</param>
/// <param name="PhysicalAddress">Where the loader is asked to put it, sign-extended; kernels repeat the virtual address
/// here.</param>
/// <param name="MemoryBytes">Its size in memory; what the file does not hold is zero.</param>
/// <param name="Contents">The bytes the file holds.</param>
/// <param name="IsExecutable">Whether it holds code.</param>
/// <param name="FileOffset">Where in the file they are.</param>
public sealed record ElfSegment(
    ulong VirtualAddress, ulong PhysicalAddress, ulong MemoryBytes, ReadOnlyMemory<byte> Contents, bool IsExecutable,
    int FileOffset);
