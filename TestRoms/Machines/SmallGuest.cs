using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Loading;

namespace Dbt.TestRoms.Machines;

/// <summary>Guests of a few instructions, entered at their first in kernel mode.</summary>
internal static class SmallGuest
{
    /// <summary>Where a guest for a 24Kf has its first instruction.</summary>
    public const uint Start = 0x8010_0000;

    /// <summary>Where one for KVM's trap-and-emulate has it.</summary>
    public const uint KvmStart = 0x4010_0000;

    /// <summary>What is needed to run some instructions.</summary>
    /// <param name="start">Their address.</param>
    /// <param name="words">The instructions; what follows is zeros, which are nops.</param>
    public static MachineConfiguration Of(uint start, params ReadOnlySpan<uint> words) => Of(ByteOrder.Little, start, words);

    /// <summary>What is needed to run some instructions in a byte order.</summary>
    public static MachineConfiguration Of(ByteOrder order, uint start, params ReadOnlySpan<uint> words) =>
        new() { Kernel = Image(order, start, words), KernelName = "small", MemoryBytes = 16 << 20, TranslateInBackground = false };

    /// <summary>The image that holds them.</summary>
    /// <param name="order">Its byte order.</param>
    /// <param name="start">Their address.</param>
    /// <param name="words">The instructions; what follows is zeros, which are nops.</param>
    public static byte[] Image(ByteOrder order, uint start, params ReadOnlySpan<uint> words) => Image(order, start, start, words);

    /// <summary>The image that holds them, entered elsewhere than at its start.</summary>
    public static byte[] Image(ByteOrder order, uint start, uint entry, ReadOnlySpan<uint> words)
    {
        byte[] file = ElfFile.Build(entry: entry, address: start, bigEndian: order == ByteOrder.Big);
        Span<byte> segment = file.AsSpan(ElfFile.SegmentOffset, ElfFile.SegmentBytes);
        segment.Clear();
        Put(segment, order, words);
        return file;
    }

    /// <summary>Puts more instructions into a guest's memory, at an address of its unmapped segment.</summary>
    public static void Put(VirtualMachine machine, uint address, params ReadOnlySpan<uint> words) =>
        Put(machine.Ram.Slice(AddressMap.Physical(address), 4 * words.Length), machine.Cpu.Context.Model.ByteOrder, words);

    private static void Put(Span<byte> memory, ByteOrder order, ReadOnlySpan<uint> words)
    {
        for (int i = 0; i < words.Length; i++)
            order.WriteWord(memory[(4 * i)..], words[i]);
    }
}
