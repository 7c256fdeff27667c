namespace Dbt.Translator.Instructions;

/// <summary>The oldest architecture that has an instruction.</summary>
public enum IsaLevel
{
    /// <summary>MIPS32 release 1 (and MIPS I to IV before it).</summary>
    Mips32,

    /// <summary>MIPS32 release 2.</summary>
    Mips32R2,

    /// <summary>MIPS32 release 3.</summary>
    Mips32R3,

    /// <summary>The MIPS16e extension, and what of MIPS32 leads there.</summary>
    Mips16,

    /// <summary>The virtualization module of MIPS32 release 5.</summary>
    Virtualization,

    /// <summary>None: reserved, and this hypervisor's; see <see cref="ParavirtualForm"/>.</summary>
    Paravirtual,
}

/// <summary>What the engines must know of an instruction before they carry it out.</summary>
[Flags]
public enum InstructionFlags
{
    /// <summary>Straight-line code.</summary>
    None = 0,

    /// <summary>Leads elsewhere, behind its delay slot unless it is <see cref="Compact"/>.</summary>
    Branch = 1,

    /// <summary>Skips its delay slot when it is not taken.</summary>
    Likely = 2,

    /// <summary>Writes a return address.</summary>
    Link = 4,

    /// <summary>Reads memory.</summary>
    Load = 8,

    /// <summary>Writes memory.</summary>
    Store = 16,

    /// <summary>Needs coprocessor 1.</summary>
    Float = 32,

    /// <summary>Always leaves the engine: only the hypervisor knows what it means.</summary>
    Sensitive = 64,

    /// <summary>May raise an exception other than a memory one.</summary>
    MayTrap = 128,

    /// <summary>Branches only if a condition holds.</summary>
    Conditional = 256,

    /// <summary>A branch without a delay slot.</summary>
    Compact = 512,

    /// <summary>Names registers in a list: the word, and not only the row, says what is to be done.</summary>
    RegisterList = 1024,
}

/// <summary>One row of the instruction table, without its meaning.</summary>
public record InstructionRow
{
    private readonly string _operandNames;

    // Only those who print instructions ask.
    private OperandForm[]? _operands;

    /// <summary>Parses a row.</summary>
    /// <param name="name">The mnemonic.</param>
    /// <param name="operands">The operands in assembly order, each a name of <see cref="OperandForm"/>.</param>
    /// <param name="pattern">
    /// 32 characters, or 16: <c>0</c> and <c>1</c> are fixed, letters name fields; blanks are ignored.
    /// </param>
    /// <param name="level">The oldest architecture that has it.</param>
    /// <param name="flags">What engines must know of it.</param>
    public InstructionRow(string name, string operands, string pattern, IsaLevel level, InstructionFlags flags)
    {
        (Name, Level, Flags, _operandNames) = (name, level, flags, operands);
        Pattern = pattern.Replace(" ", "", StringComparison.Ordinal);
        if (Pattern.Length is not (16 or 32))
            throw new ArgumentException($"the pattern of {name} has {Pattern.Length} bits", nameof(pattern));
        foreach (char bit in Pattern)
        {
            Mask = Mask << 1 | (bit is '0' or '1' ? 1u : 0);
            Match = Match << 1 | (bit == '1' ? 1u : 0);
        }
    }

    /// <summary>The mnemonic.</summary>
    public string Name { get; }

    /// <summary>The operands in assembly order.</summary>
    public IReadOnlyList<OperandForm> Operands => _operands ??= ParseOperands();

    /// <summary>The bits from the most significant one: fixed bits and field letters.</summary>
    public string Pattern { get; }

    /// <summary>How long it is in memory.</summary>
    public int Bytes => Pattern.Length / 8;

    /// <summary>
    /// Where one of MIPS16e has its fields; null for the others, of which <see cref="Instruction"/> says it.
    /// </summary>
    public Mips16Layout? Layout { get; init; }

    /// <summary>The oldest architecture that has it.</summary>
    public IsaLevel Level { get; }

    /// <summary>What engines must know of it.</summary>
    public InstructionFlags Flags { get; }

    /// <summary>One bits where the pattern is fixed.</summary>
    public uint Mask { get; }

    /// <summary>The fixed bits' values.</summary>
    public uint Match { get; }

    /// <summary>The fields of an instruction of this row.</summary>
    public Instruction FieldsOf(uint word) => Layout?.Gather(word) ?? new Instruction(word);

    private OperandForm[] ParseOperands() =>
    [
        .. _operandNames.Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Select(form => Enum.Parse<OperandForm>(form, ignoreCase: true)),
    ];

    /// <summary>Whether it is a branch with a delay slot.</summary>
    public bool HasDelaySlot =>
        (Flags & (InstructionFlags.Branch | InstructionFlags.Compact)) == InstructionFlags.Branch;

    /// <summary>Whether any of <paramref name="flags"/> is set.</summary>
    public bool Has(InstructionFlags flags) => (Flags & flags) != 0;
}

/// <summary>One row of the instruction table.</summary>
/// <typeparam name="P">The processor its meaning runs on.</typeparam>
public sealed record InstructionRow<P> : InstructionRow
{
    /// <summary>Joins a row and its meaning.</summary>
    public InstructionRow(
        string name, string operands, string pattern, IsaLevel level, InstructionFlags flags, Meaning<P> meaning)
        : base(name, operands, pattern, level, flags) => Meaning = meaning;

    /// <summary>What it does.</summary>
    public Meaning<P> Meaning { get; }
}
