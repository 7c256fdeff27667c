using System.Text;
using Dbt.Runtime.Memory;

namespace Dbt.Runtime.Loading;

/// <summary>
/// An ELF executable (System V gABI, chapters 4 and 5), 32 or 64 bits wide, in either byte order. What is read is
/// checked: a broken file ends in a <see cref="GuestSetupException"/> with one line that says what is wrong.
/// </summary>
public sealed class ElfImage
{
    private const ushort Mips = 8;
    private const int IdentityBytes = 16;
    private const int PaddingStart = 9;
    private const uint LoadSegment = 1, ExecutableFlag = 1, ProgramSection = 1, SymbolSection = 2, CodeSectionFlags = 6;
    private const int FunctionSymbol = 2, ObjectSymbol = 1, UntypedSymbol = 0, Mips16Symbol = 0xf0;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly string _name;
    private readonly List<ElfSegment> _segments = [];
    private readonly List<(ulong Start, ulong End)> _objects = [];
    private readonly HashSet<ulong> _mips16 = [];
    private List<(ulong Address, string Name)>? _symbols;

    private ElfImage(ReadOnlyMemory<byte> file, string name)
    {
        _file = file;
        _name = name;
        ReadIdentity();
        ReadHeader();
        ReadSegments();
    }

    /// <summary>The ELF machine number; 8 is MIPS.</summary>
    public int Machine { get; private set; }

    /// <summary>The byte order.</summary>
    public ByteOrder ByteOrder { get; private set; }

    /// <summary>Whether addresses in the file are 64 bits wide.</summary>
    public bool Is64 { get; private set; }

    /// <summary>What it says about the processor it is for: <c>e_flags</c>.</summary>
    public uint Flags { get; private set; }

    /// <summary>Where execution starts, sign-extended.</summary>
    public ulong Entry { get; private set; }

    /// <summary>The pieces that go into memory, in file order.</summary>
    public IReadOnlyList<ElfSegment> Segments => _segments;

    /// <summary>What the padding of the identity of a file says that has paravirtual forms in it.</summary>
    private static ReadOnlySpan<byte> ParavirtualMark => "dbt-pv1"u8;

    /// <summary>Whether there are paravirtual forms in it: see <see cref="MarkParavirtual"/>.</summary>
    public bool IsParavirtual => _file.Span[PaddingStart..IdentityBytes].SequenceEqual(ParavirtualMark);

    /// <summary>
    /// Writes into a file's identity, where the gABI has padding, that there are paravirtual forms in it.
    /// </summary>
    public static void MarkParavirtual(Span<byte> file) => ParavirtualMark.CopyTo(file[PaddingStart..IdentityBytes]);

    /// <summary>
    /// Where its code is, by its sections and symbols: executable sections without the data objects in them. Empty
    /// where the file has no symbols to tell.
    /// </summary>
    public IReadOnlyList<(ulong Start, ulong End)> FindCode()
    {
        _symbols ??= ReadSymbols();
        List<(ulong Start, ulong End)> code = [];
        if (_symbols.Count == 0)
            return code;
        foreach (int section in Sections())
        {
            if (Word(section + 4) != ProgramSection || (Offset(section + 8) & CodeSectionFlags) != CodeSectionFlags)
                continue;
            ulong at = Address(section + (Is64 ? 16 : 12)), end = at + Offset(section + (Is64 ? 32 : 20));
            foreach ((ulong start, ulong behind) in _objects.Where(data => data.Start >= at && data.Start < end).Order()
                .ToArray())
            {
                if (start > at)
                    code.Add((at, start));
                at = Math.Max(at, behind);
            }
            if (at < end)
                code.Add((at, end));
        }
        return code;
    }

    /// <summary>Reads an image and checks that it is a MIPS program with something to load.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="GuestSetupException">The file cannot be run.</exception>
    public static ElfImage Parse(ReadOnlyMemory<byte> file, string name)
    {
        var image = new ElfImage(file, name);
        if (image.Machine != Mips)
        {
            throw image.Error(
                $"is {MachineName(image.Machine)} program, not a MIPS one; choose a kernel built for MIPS");
        }
        if (image._segments.Count == 0)
            throw image.Error("has nothing to load (no PT_LOAD segment); choose a linked executable such as vmlinux");
        return image;
    }

    /// <summary>Checks that a 24Kf can run it.</summary>
    /// <exception cref="GuestSetupException">It is for another kind of MIPS.</exception>
    public void RefuseForeign()
    {
        if (ElfArchitecture.RefusalOf(this) is { } refusal)
            throw Error(refusal);
    }

    /// <summary>
    /// The symbol at or before an address, for messages; null where the file names none or loads nothing.
    /// </summary>
    /// <param name="address">A virtual address, sign-extended.</param>
    public (string Name, ulong Offset)? FindSymbol(ulong address)
    {
        _symbols ??= ReadSymbols();
        int low = 0, high = _symbols.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_symbols[middle].Address <= address)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == 0 || !_segments.Any(segment => address - segment.VirtualAddress < segment.MemoryBytes))
            return null;
        (ulong start, string name) = _symbols[low - 1];
        return (name, address - start);
    }

    /// <summary>Whether the symbol at an address says that MIPS16e begins there.</summary>
    /// <param name="address">A virtual address, sign-extended.</param>
    public bool BeginsMips16(ulong address)
    {
        _symbols ??= ReadSymbols();
        return _mips16.Contains(address);
    }

    /// <summary>
    /// The symbol at or before an address, and how far behind it, as messages show it; null where there is none.
    /// </summary>
    /// <param name="pc">A 32-bit virtual address; an odd one stands for MIPS16e at the even one before.</param>
    public string? SymbolAt(uint pc) =>
        FindSymbol((ulong)(int)(pc & ~1u)) is { } symbol ? $"{symbol.Name}+0x{symbol.Offset:x}" : null;

    private GuestSetupException Error(string problem) => new($"{_name} {problem}.");

    private GuestSetupException Truncated(string part) =>
        Error($"is cut short: {part} lies beyond its {_file.Length} bytes; get the file again");

    private void ReadIdentity()
    {
        ReadOnlySpan<byte> file = _file.Span;
        if (file.Length < 4 || !file[..4].SequenceEqual("\u007fELF"u8))
        {
            throw Error(
                "is not an ELF file; the kernel must be an ELF executable such as vmlinux or Debian's vmlinuz for Malta, "
                + "or a raw image with --endian");
        }
        if (file.Length < IdentityBytes)
            throw Truncated("the ELF header");
        if (file[4] is not (1 or 2) || file[5] is not (1 or 2))
            throw Error("has an ELF header of unknown class or byte order; get the file again");
        Is64 = file[4] == 2;
        ByteOrder = file[5] == 2 ? ByteOrder.Big : ByteOrder.Little;
    }

    private void ReadHeader()
    {
        if (_file.Length < (Is64 ? 64 : 52))
            throw Truncated("the ELF header");
        Machine = Half(18);
        Entry = Address(24);
        Flags = Word(Is64 ? 48 : 36);
    }

    private void ReadSegments()
    {
        ulong table = Offset(Is64 ? 32 : 28);
        int size = Half(Is64 ? 54 : 42), count = Half(Is64 ? 56 : 44);
        if (count != 0 && size < (Is64 ? 56 : 32))
            throw Error($"has program headers of {size} bytes, which is too few; get the file again");
        for (int i = 0; i < count; i++)
        {
            int at = Locate(table + (ulong)i * (ulong)size, (ulong)size, "the table of program headers");
            if (Word(at) == LoadSegment)
                _segments.Add(ReadSegment(at, i));
        }
    }

    private ElfSegment ReadSegment(int at, int index)
    {
        ulong offset = Offset(at + (Is64 ? 8 : 4));
        ulong fileBytes = Offset(at + (Is64 ? 32 : 16));
        ulong memoryBytes = Offset(at + (Is64 ? 40 : 20));
        int start = Locate(offset, fileBytes, $"segment {index}");
        if (memoryBytes < fileBytes)
            throw Error($"has a segment ({index}) with more bytes in the file than in memory; get the file again");
        return new ElfSegment(
            Address(at + (Is64 ? 16 : 8)), Address(at + (Is64 ? 24 : 12)), memoryBytes,
            _file.Slice(start, (int)fileBytes),
            (Word(at + (Is64 ? 4 : 24)) & ExecutableFlag) != 0, start);
    }

    // Symbols only make messages better, so a broken table is the same as none.
    private List<(ulong Address, string Name)> ReadSymbols()
    {
        var symbols = new List<(ulong Address, string Name)>();
        try
        {
            foreach (int section in Sections().Where(section => Word(section + 4) == SymbolSection))
                ReadSymbols(section, symbols);
        }
        catch (Exception broken) when (broken is GuestSetupException or ArgumentException or IndexOutOfRangeException)
        {
            symbols.Clear();
        }
        symbols.Sort(
            static (a, b) =>
                a.Address != b.Address ? a.Address.CompareTo(b.Address) : string.CompareOrdinal(a.Name, b.Name));
        return symbols;
    }

    private IEnumerable<int> Sections() =>
        Enumerable.Range(0, Half(Is64 ? 60 : 48)).Select(index => Section((uint)index));

    private int Section(uint index)
    {
        ulong bytes = Half(Is64 ? 58 : 46);
        if (bytes < (Is64 ? 64u : 40u))
            throw Error($"has section headers of {bytes} bytes, which is too few; get the file again");
        return Locate(Offset(Is64 ? 40 : 32) + index * bytes, bytes, "the table of sections");
    }

    private void ReadSymbols(int section, List<(ulong Address, string Name)> symbols)
    {
        int entryBytes = Is64 ? 24 : 16;
        (int Start, int Bytes) strings = SectionContents(Section(Word(section + (Is64 ? 40 : 24))));
        (int start, int bytes) = SectionContents(section);
        for (int at = start; at + entryBytes <= start + bytes; at += entryBytes)
        {
            int kind = _file.Span[at + (Is64 ? 4 : 12)] & 15;
            int definedIn = Half(at + (Is64 ? 6 : 14));
            if (definedIn == 0 || kind is not (FunctionSymbol or ObjectSymbol or UntypedSymbol))
                continue;
            ulong address = Address(at + (Is64 ? 8 : 4));
            if ((_file.Span[at + (Is64 ? 5 : 13)] & Mips16Symbol) == Mips16Symbol)
                _mips16.Add(address);
            if (kind == ObjectSymbol)
                _objects.Add((address, address + Offset(at + (Is64 ? 16 : 8))));
            string name = Text(strings, (int)Word(at));
            if (name.Length != 0)
                symbols.Add((address, name));
        }
    }

    private (int Start, int Bytes) SectionContents(int section)
    {
        ulong bytes = Offset(section + (Is64 ? 32 : 20));
        return (Locate(Offset(section + (Is64 ? 24 : 16)), bytes, "a section"), (int)bytes);
    }

    private string Text((int Start, int Bytes) strings, int offset)
    {
        ReadOnlySpan<byte> text = _file.Span.Slice(strings.Start, strings.Bytes)[offset..];
        int end = text.IndexOf((byte)0);
        // A name is shown on terminals, which take some characters for commands.
        return string.Concat(
            Encoding.UTF8.GetString(end < 0 ? text : text[..end])
                .Select(letter => char.IsControl(letter) ? '\ufffd' : letter));
    }

    private int Locate(ulong offset, ulong bytes, string part)
    {
        if (offset > (ulong)_file.Length || bytes > (ulong)_file.Length - offset)
            throw Truncated(part);
        return (int)offset;
    }

    private ushort Half(int at) => ByteOrder.Half(_file.Span[at..]);

    private uint Word(int at) => ByteOrder.Word(_file.Span[at..]);

    private ulong Double(int at) => ByteOrder.Double(_file.Span[at..]);

    // A file offset or a size: as wide as the class.
    private ulong Offset(int at) => Is64 ? Double(at) : Word(at);

    // MIPS sign-extends 32-bit addresses.
    private ulong Address(int at) => Is64 ? Double(at) : (ulong)(int)Word(at);

    private static string MachineName(int machine) => machine switch
    {
        2 => "a SPARC",
        3 => "an x86 (i386)",
        4 => "a Motorola 68000",
        20 => "a PowerPC",
        21 => "a 64-bit PowerPC",
        22 => "an IBM S/390",
        40 => "a 32-bit ARM",
        42 => "a SuperH",
        62 => "an x86-64",
        183 => "a 64-bit ARM (AArch64)",
        243 => "a RISC-V",
        258 => "a LoongArch",
        _ => $"an unknown (ELF machine {machine})",
    };
}
