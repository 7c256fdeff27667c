using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;

namespace Dbt.Tool.Offline;

/// <summary>
/// A kernel whose sensitive instructions have been rewritten before it ran: the scripted lightweight paravirtualization
/// of KVM for ARM (Dall and Nieh, 2010 and 2014).
/// </summary>
/// <param name="Image">The rewritten image.</param>
/// <param name="Sites">What was rewritten, by address.</param>
/// <param name="Left">The sensitive instructions that were left, by name: nothing can stand for them.</param>
/// <param name="Method">How code was told from data, and what was done to the image besides.</param>
/// <param name="Unpacking">Nanoseconds that its loader took, which has done its work; 0 for an image that is as it
/// was.</param>
internal sealed record OfflinePatch(
    byte[] Image, IReadOnlyList<PatchedSite> Sites, IReadOnlyDictionary<string, int> Left, string Method,
    long Unpacking)
{
    // MFC0 and MTC0 as Linux's own assembler has them (arch/mips/mm/uasm): match and fields, before MFHC0 and MTHC0
    // with the same fields.
    private static readonly (uint Match, uint Next)[] s_generators =
        [(0x4000_0000, 0x4040_0000), (0x4080_0000, 0x40c0_0000)];

    // What a kernel traps on as often as it is executed, unless it is rewritten.
    private static readonly ExitReason[] s_privileged =
    [
        ExitReason.Mfc0, ExitReason.Mtc0, ExitReason.Di, ExitReason.Ei, ExitReason.Cache, ExitReason.Eret,
        ExitReason.Wait,
        ExitReason.Tlbp, ExitReason.Tlbr, ExitReason.Tlbwi, ExitReason.Tlbwr, ExitReason.Rdhwr,
    ];

    /// <summary>Rewrites a kernel.</summary>
    /// <param name="guest">The kernel, and how it is run where its symbols do not tell code from data.</param>
    /// <param name="note">Told what takes time.</param>
    /// <param name="stop">Gives it up.</param>
    /// <exception cref="GuestSetupException">It cannot be rewritten.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static OfflinePatch Of(MachineConfiguration guest, Action<string> note, CancellationToken stop)
    {
        byte[] file = guest.Kernel.ToArray();
        ElfImage image = ElfImage.Parse(file, guest.KernelName);
        if (image.IsParavirtual)
            throw new GuestSetupException($"{guest.KernelName} has been patched already");
        if (image.Is64)
            throw new GuestSetupException($"{guest.KernelName} is a 64-bit program; only 32-bit ones can be patched");
        string method = "symbols";
        IReadOnlyList<(ulong Start, ulong End)> code = image.FindCode();
        long unpacking = 0;
        if (code.Count == 0 && WithOwnSymbols(image, file, guest.KernelName, note, stop) is var (found, how, time))
        {
            (file, method, unpacking) = (found, how, time);
            image = ElfImage.Parse(file, guest.KernelName);
            code = image.FindCode();
        }
        if (code.Count == 0)
        {
            note($"running {guest.KernelName}, whose symbols say nothing, to see what of it is code");
            (code, method) = (Traced(guest with { Kernel = file }, stop), method == "symbols"
                ? "a traced run"
                : $"{method}, a traced run");
        }
        return Rewrite(image, file, code, guest.KernelName) with { Method = method, Unpacking = unpacking };
    }

    /// <summary>
    /// A stripped kernel with the symbols that it has of itself in its memory, a packed one as it is unpacked; null
    /// where there are none.
    /// </summary>
    public static (byte[] File, string Method, long Unpacking)? WithOwnSymbols(
        ElfImage image, byte[] file, string name, Action<string> note, CancellationToken stop)
    {
        if (image.Segments.Count == 1 && image.Segments[0] is var only
            && UnpackedKernel.WithSymbols(
                image.ByteOrder, (uint)image.Entry, (uint)only.VirtualAddress, only.Contents.ToArray(),
                (uint)only.MemoryBytes) is var whole
            && ElfImage.Parse(whole, name).FindCode().Count > 0)
            return (whole, "the kernel's own symbols", 0);
        note($"running the loader of {name} to unpack the kernel");
        return UnpackedKernel.Of(image, file, name, stop) is { } unpacked
            ? (unpacked.File, "unpacked; the kernel's own symbols", unpacked.Nanoseconds)
            : null;
    }

    /// <summary>The instructions that trapped in a run.</summary>
    private static List<(ulong, ulong)> Traced(MachineConfiguration guest, CancellationToken stop)
    {
        const long Longest = 10_000_000_000;
        using VirtualMachine machine = new(guest with
        {
            CountSites = true,
            Patch = PatchPolicy.None,
            PatchInMemory = false,
            InstructionLimit = guest.InstructionLimit ?? Longest,
        });
        machine.Run(stop);
        stop.ThrowIfCancellationRequested();
        ElfImage image = ElfImage.Parse(guest.Kernel, guest.KernelName);
        List<(ulong, ulong)> code = [];
        foreach (TrapSite site in machine.Cpu.TrapSites!.All)
        {
            ulong address = (ulong)(int)site.Pc;
            if (WordAt(image, guest.Kernel.Span, address) != site.Word
                && FindOriginal(image, machine.Cpu, site.Pc) is { } original)
                address = original;
            if (WordAt(image, guest.Kernel.Span, address) == site.Word)
                code.Add((address, address + sizeof(uint)));
        }
        return code;
    }

    // What the guest has put in its place itself, as exception vectors are, is in the image elsewhere: where else would
    // be the same code?
    private static ulong? FindOriginal(ElfImage image, VirtualCpu cpu, uint pc)
    {
        const int Alike = 4;
        byte[] code = new byte[Alike * sizeof(uint)];
        for (int i = 0; i < Alike; i++)
        {
            if (!cpu.Memory.Virtual.TryReadCode(pc + (uint)(sizeof(uint) * i), out uint word))
                return null;
            image.ByteOrder.WriteWord(code.AsSpan(sizeof(uint) * i), word);
        }
        List<ulong> found = [];
        foreach (ElfSegment segment in image.Segments.Where(segment => segment.IsExecutable))
        {
            ReadOnlySpan<byte> contents = segment.Contents.Span;
            for (int from = 0; contents[from..].IndexOf(code) is >= 0 and var at; from += at + 1)
                found.Add(segment.VirtualAddress + (ulong)(from + at));
        }
        return found is [var only] ? only : null;
    }

    private static OfflinePatch Rewrite(
        ElfImage image, byte[] file, IReadOnlyList<(ulong Start, ulong End)> code, string name)
    {
        PatchTable table = PatchTables.Of(PatchPolicy.Full, ProcessorModel.For((uint)image.Entry, image.ByteOrder))!;
        List<PatchedSite> sites = [];
        Dictionary<string, int> left = [];
        foreach (ElfSegment segment in image.Segments)
        {
            ulong end = segment.VirtualAddress + (ulong)segment.Contents.Length;
            void Put(ulong address, uint before, uint after)
            {
                image.ByteOrder.WriteWord(
                    file.AsSpan(segment.FileOffset + (int)(address - segment.VirtualAddress)), after);
                string? name = image.FindSymbol(address) is { } symbol ? $"{symbol.Name}+0x{symbol.Offset:x}" : null;
                sites.Add(new PatchedSite((uint)address, name, before, after));
            }
            foreach ((ulong from, ulong to) in code)
            {
                for (ulong at = Math.Max(from, segment.VirtualAddress) + 3 & ~3ul; at + 4 <= Math.Min(to, end); at += 4)
                {
                    Instruction word =
                        new(image.ByteOrder.Word(segment.Contents.Span[(int)(at - segment.VirtualAddress)..]));
                    ExitReason reason = InstructionSet.ExitOf(word.Word);
                    if (ParavirtualForm.IsReserved(word) || !s_privileged.Contains(reason))
                        continue;
                    string kind = InstructionSet.Find(word.Word).Name;
                    if (table.Covers(reason, word))
                        Put(at, word.Word, ParavirtualForm.Of(word));
                    else
                        left[kind] = left.GetValueOrDefault(kind) + 1;
                }
            }
            foreach ((ulong at, uint match) in Generators(segment, image.ByteOrder))
                Put(at, match, ParavirtualForm.Of(new Instruction(match)));
        }
        if (sites.Count == 0)
            throw new GuestSetupException($"{name} has no sensitive instruction that can be rewritten");
        ElfImage.MarkParavirtual(file);
        return new OfflinePatch(file, [.. sites.OrderBy(site => site.Address)], left, Method: "", Unpacking: 0);
    }

    /// <summary>
    /// Where a kernel keeps the words that it makes handlers of when it boots: what is written there is what will be
    /// executed.
    /// </summary>
    private static IEnumerable<(ulong Address, uint Match)> Generators(ElfSegment segment, ByteOrder order)
    {
        for (int at = 0; at + 16 <= segment.Contents.Length; at += 4)
        {
            uint Word(int index) => order.Word(segment.Contents.Span[(at + 4 * index)..]);
            foreach ((uint match, uint next) in s_generators)
            {
                if (Word(0) == match && Word(2) == next && Word(1) == Word(3))
                    yield return (segment.VirtualAddress + (ulong)at, match);
            }
        }
    }

    /// <summary>
    /// The machine with this image, which finds everything else as the original would have found it: time, and the seed
    /// that the boot monitor makes of the image.
    /// </summary>
    /// <param name="original">The machine of which the kernel was patched.</param>
    public MachineConfiguration In(MachineConfiguration original) => original with
    {
        Kernel = Image,
        Patch = PatchPolicy.None,
        PatchInMemory = false,
        TimeBefore = Unpacking,
        Seed = Yamon.Seed(ElfImage.Parse(original.Kernel, original.KernelName), original.Initrd.Span),
    };

    private static uint? WordAt(ElfImage image, ReadOnlySpan<byte> file, ulong address) =>
        image.Segments.FirstOrDefault(
            segment => address - segment.VirtualAddress + sizeof(uint) <= (ulong)segment.Contents.Length) is { } holder
            ? image.ByteOrder.Word(file[(holder.FileOffset + (int)(address - holder.VirtualAddress))..])
            : null;

    /// <summary>What was done, in a line.</summary>
    public string Summary(string name) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {Sites.Count:N0} words rewritten ({Method}); left as they are: {string.Join(", ", Left.OrderByDescending(kind => kind.Value).Select(kind => $"{kind.Value:N0} {kind.Key}"))}");
}
