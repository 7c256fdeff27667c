using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// The hypervisor's own accesses to what the guest has at a virtual address, in the address space in use.
/// </summary>
/// <param name="mmu">Makes pages readable.</param>
/// <param name="translation">The stages of an address.</param>
/// <param name="shadow">Their composition.</param>
/// <param name="frames">Host pages.</param>
/// <param name="order">The byte order of memory.</param>
public sealed unsafe class VirtualMemory(
    Mmu mmu, AddressTranslation translation, ShadowComposition shadow, FrameAccess frames, ByteOrder order)
{
    /// <summary>
    /// Copies memory as a load would see it; <see langword="false"/> where the guest may not load it or no memory is.
    /// </summary>
    public bool TryCopy(uint address, Span<byte> to)
    {
        while (to.Length > 0)
        {
            var access = new MemoryAccess(AccessKind.Load, address, AccessSize.Byte);
            if (!translation.TryTranslate(access, out uint physical, out _, out PmapEntry page) || !page.IsPresent)
                return false;
            ReadOnlySpan<byte> bytes = frames.Bytes(page.Frame, physical, to.Length);
            bytes.CopyTo(to);
            to = to[bytes.Length..];
            address += (uint)bytes.Length;
        }
        return true;
    }

    /// <summary>Reads an instruction as a fetch would; <see langword="false"/> where the guest may not fetch.</summary>
    public bool TryReadCode(uint pc, out uint word)
    {
        word = 0;
        if (!InstructionSet.IsMips16(pc))
            return TryReadCode(pc, AccessSize.Word, out word);
        if (!TryReadCode(pc - 1, AccessSize.Half, out uint first))
            return false;
        word = first;
        if (!Mips16Decoder.IsLong(first))
            return true;
        bool done = TryReadCode(pc + 1, AccessSize.Half, out uint second);
        word = first << 16 | second;
        return done;
    }

    /// <summary>Where an instruction is in host memory; 0 if the guest may not fetch it.</summary>
    public nint HostOfCode(uint pc) =>
        InstructionSet.IsMips16(pc) ? HostOfCode(pc - 1, AccessSize.Half) : HostOfCode(pc, AccessSize.Word);

    private bool TryReadCode(uint address, AccessSize size, out uint code)
    {
        nint host = HostOfCode(address, size);
        code = host == 0 ? 0 : (uint)order.Read(new ReadOnlySpan<byte>((void*)host, (int)size));
        return host != 0;
    }

    private nint HostOfCode(uint address, AccessSize size)
    {
        nint host = shadow.HostOfCode(address);
        return host != 0 || !mmu.Fetch(address, size) ? host : shadow.HostOfCode(address);
    }

    /// <summary>Writes a word over the instruction at a virtual address, whatever the guest may do there.</summary>
    /// <returns>Whether memory is there that a store would change.</returns>
    public bool Overwrite(uint pc, uint word)
    {
        var access = new MemoryAccess(AccessKind.Fetch, pc, AccessSize.Word);
        if (!translation.TryTranslate(access, out uint physical, out _, out PmapEntry page) || !page.IsWritable)
            return false;
        frames.Store(page.Frame, physical, AccessSize.Word, word);
        return true;
    }
}
