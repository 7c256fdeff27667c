using Dbt.Runtime;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;

namespace Dbt.Tool.Guests;

/// <summary>Kernels that are put under a user space of dbt's.</summary>
internal static class LinuxKernel
{
    /// <summary>Makes sure that a kernel can run the programs of a guest.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="guest">The guest, with its own kernel.</param>
    /// <param name="name">What the user calls the guest.</param>
    /// <param name="option">What the user wants of its user space; null for nothing.</param>
    /// <exception cref="GuestSetupException">It cannot.</exception>
    public static void Check(Guest kernel, Guest guest, string name, string? option)
    {
        // A raw image does not say its byte order.
        if (kernel.Kernel.Span.StartsWith("\u007fELF"u8) && OrderOf(kernel) is var order && order != OrderOf(guest))
        {
            throw new GuestSetupException(
                $"{kernel.KernelName} is a {Describe(order)} kernel, and the programs of {name} are {Describe(OrderOf(guest))}");
        }
        if (option is not null && !IsLinux(kernel.Kernel.Span))
            throw new GuestSetupException($"{option} needs a Linux kernel, and {kernel.KernelName} is none");
    }

    // What Linux says of itself, and the loader of a packed one.
    private static bool IsLinux(ReadOnlySpan<byte> kernel) =>
        kernel.IndexOf("Linux version "u8) >= 0 || kernel.IndexOf("Uncompressing Linux at load address "u8) >= 0;

    private static ByteOrder OrderOf(Guest guest) => ElfImage.Parse(guest.Kernel, guest.KernelName).ByteOrder;

    private static string Describe(ByteOrder order) => order == ByteOrder.Big ? "big-endian" : "little-endian";
}
