using System.CommandLine;
using System.Text;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests;
using Dbt.Tool.Offline;
using Dbt.Tool.Terminal;
using Dbt.Translator;

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
        for (int at = 0; at + sizeof(uint) <= code.Length; at += sizeof(uint))
        {
            ulong pc = segment.VirtualAddress + (ulong)at;
            if (image.FindSymbol(pc) is { Offset: 0, Name: var label })
                output.Write($"\n{label}:\n");
            uint word = image.ByteOrder.Word(code[at..]);
            output.Write($"  {(uint)pc:x8}  {word:x8}  {Disassembler.Format(word, (uint)pc)}\n");
        }
    }
}
