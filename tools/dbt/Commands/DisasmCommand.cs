using System.CommandLine;
using System.Text;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests;
using Dbt.Tool.Inspection;
using Dbt.Tool.Offline;
using Dbt.Tool.Terminal;
using Dbt.Translator.Instructions;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt disasm</c>: the code of a program as assembly text.</summary>
internal static class DisasmCommand
{
    private static readonly Argument<string> _file = new("FILE")
    {
        Description = "A name from 'dbt guests', or the path of a MIPS ELF.",
    };

    public static Command Create()
    {
        Command command = new("disasm", "Disassembles the code of a program.") { _file };
        command.SetAction(options => HostSignals.Run(stop => Print(options.GetRequiredValue(_file), stop)));
        return command;
    }

    private static int Print(string name, CancellationToken stop)
    {
        ElfImage image = GuestCatalog.FindSystem(name) is { } system
            ? KernelOf(system, stop)
            : Parse(GuestCatalog.Load(name));
        using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
        foreach (ElfSegment segment in image.Segments.Where(segment => segment.IsExecutable))
            Print(segment, image, output);
        return 0;
    }

    // As it runs: with the symbols it has of itself, and unpacked.
    private static ElfImage KernelOf(GuestSystem system, CancellationToken stop)
    {
        Guest guest = system.Load(GuestCache.OfUser(), new ConsoleFetchProgress(stop), new UserSpace());
        ElfImage image = Parse(guest);
        return image.FindCode().Count == 0
            && OfflinePatch.WithOwnSymbols(
                image, guest.Kernel.ToArray(), guest.KernelName, Message.Say, stop) is var (file, _, _)
            ? ElfImage.Parse(file, guest.KernelName)
            : image;
    }

    private static ElfImage Parse(Guest guest) => ElfImage.Parse(guest.Kernel, guest.KernelName);

    private static void Print(ElfSegment segment, ElfImage image, TextWriter output)
    {
        ReadOnlySpan<byte> code = segment.Contents.Span;
        uint mips16 = 0;
        for (int at = 0; at < code.Length;)
        {
            ulong address = segment.VirtualAddress + (ulong)at;
            if (image.FindSymbol(address) is { Offset: 0, Name: var label })
            {
                output.Write($"\n{label}:\n");
                mips16 = image.BeginsMips16(address) ? 1u : 0;
            }
            // What lies between words is half words, too.
            uint pc = (uint)address | mips16 | (uint)address >> 1 & 1;
            if (!TryRead(code[at..], image.ByteOrder, pc, out uint word))
                return;
            output.Write($"  {(uint)address:x8}  {GuestListing.Code(pc, word)}\n");
            at += InstructionSet.BytesOf(word, pc);
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> code, ByteOrder order, uint pc, out uint word)
    {
        int bytes = InstructionSet.IsMips16(pc) ? sizeof(ushort) : sizeof(uint);
        word = code.Length < bytes ? 0 : (uint)order.Read(code[..bytes]);
        if (bytes == sizeof(ushort) && code.Length >= sizeof(uint) && Mips16Decoder.IsLong(word))
            word = word << 16 | order.Half(code[sizeof(ushort)..]);
        return code.Length >= bytes;
    }
}
