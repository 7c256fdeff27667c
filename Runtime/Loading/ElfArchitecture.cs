namespace Dbt.Runtime.Loading;

/// <summary>
/// What an ELF file says about the processor it was compiled for (MIPS psABI supplement, <c>e_flags</c>): bits 31 to 28
/// are the architecture, other bits the instruction encoding and the calling convention.
/// </summary>
internal static class ElfArchitecture
{
    private const uint MicroMips = 0x0200_0000, N32 = 0x20;
    private const string Ours = "a 24Kf runs MIPS32 up to release 2, in 32-bit registers";

    /// <summary>Why a 24Kf cannot run a program, and what can; null if it can.</summary>
    public static string? RefusalOf(ElfImage image)
    {
        string little = image.ByteOrder == Memory.ByteOrder.Little ? "el" : "";
        if ((image.Flags & MicroMips) != 0)
            return $"is a microMIPS program, and {Ours}: build it without -mmicromips, or use 'qemu-system-mips{little} -cpu M14Kc'";
        (string? name, string processor, bool isWide) = Foreign(image.Flags >> 28);
        if (name is null && image.Is64)
            name = "64-bit MIPS";
        if (name is null && (image.Flags & N32) != 0)
            name = "64-bit MIPS (N32)";
        if (name is null)
            return null;
        string system = isWide ? $"qemu-system-mips64{little}" : $"qemu-system-mips{little}";
        return $"is a {name} program, and {Ours}: build it for that, or use '{system} -cpu {processor}'";
    }

    private static (string? Name, string Processor, bool IsWide) Foreign(uint architecture) => architecture switch
    {
        2 => ("MIPS III", "R4000", true),
        3 => ("MIPS IV", "VR5432", true),
        4 => ("MIPS V", "MIPS64R2-generic", true),
        6 => ("MIPS64", "MIPS64R2-generic", true),
        8 => ("MIPS64 release 2", "MIPS64R2-generic", true),
        9 => ("MIPS32 release 6", "mips32r6-generic", false),
        10 => ("MIPS64 release 6", "I6400", true),
        _ => (null, "MIPS64R2-generic", true),
    };
}
