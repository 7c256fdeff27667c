using Dbt.Runtime;

namespace Dbt.Tool.Guests;

/// <summary>
/// How much the files of a Linux's initial ramdisk may come to. While it unpacks them, the ramdisk is in memory as
/// well, and they may take half of what is left of it: Linux's limit for a file system in memory.
/// </summary>
/// <param name="KernelBytes">What the kernel keeps of the memory for itself, in bytes.</param>
/// <param name="FileBytes">What the files take, in bytes of whole pages.</param>
/// <param name="RamdiskBytes">How long the ramdisk is, which is not compressed.</param>
internal sealed record RamdiskRoom(long KernelBytes, long FileBytes, long RamdiskBytes)
{
    /// <summary>Makes sure that a machine has room for the files.</summary>
    /// <param name="memoryBytes">Its memory.</param>
    /// <param name="mostMemory">How much of it the kernel uses at most.</param>
    /// <exception cref="GuestSetupException">It has not.</exception>
    public void Check(ulong memoryBytes, ulong mostMemory)
    {
        long free = (long)Math.Min(memoryBytes, mostMemory) - KernelBytes;
        if (FileBytes <= (free - RamdiskBytes) / 2)
            return;
        string advice = memoryBytes < mostMemory ? "give it more memory, or fewer files" : "give it fewer files";
        throw new GuestSetupException(
            $"the guest's files come to {DiskSpace.Format(FileBytes)}, and its kernel has room for "
            + $"{DiskSpace.Format(Math.Max(0, free) / 3)} with {memoryBytes >> 20} MB of memory: {advice}");
    }
}
