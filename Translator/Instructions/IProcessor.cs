namespace Dbt.Translator.Instructions;

/// <summary>What becomes of a product in the multiply unit.</summary>
public enum Accumulation
{
    /// <summary>HI and LO become its halves.</summary>
    Replace,

    /// <summary>It is added to what they hold.</summary>
    Add,

    /// <summary>It is subtracted from what they hold.</summary>
    Subtract,
}

/// <summary>
/// What the meaning of an instruction may ask of the processor that carries it out. The computing implementation does
/// it at once; a recording one notes it. Meanings therefore never branch on a value in C#: they use
/// <see cref="IWord{V}.Choose"/>, or one of the questions here that answer <see langword="false"/> when the
/// instruction ends early (a recording processor always answers <see langword="true"/>).
/// </summary>
/// <typeparam name="V">The value of a general register.</typeparam>
public interface IProcessor<V> where V : struct, IWord<V>
{
    /// <summary>The instruction itself, for fields that are constants of its meaning.</summary>
    Instruction Fields { get; }

    /// <summary>The register named by rs.</summary>
    V S { get; }

    /// <summary>The register named by rt.</summary>
    V T { get; set; }

    /// <summary>The register named by rd.</summary>
    V D { get; set; }

    /// <summary>A general register by its number, where an instruction has a list of them.</summary>
    V this[int register] { get; set; }

    /// <summary>Register 31, where calls leave their return address.</summary>
    V Link { set; }

    /// <summary>The multiply unit's upper half.</summary>
    V Hi { get; set; }

    /// <summary>The multiply unit's lower half.</summary>
    V Lo { get; set; }

    /// <summary>Multiplies two words in the multiply unit, whose halves are one number of 64 bits.</summary>
    void Multiply(V a, V b, bool signed, Accumulation accumulation);

    /// <summary>The address of this instruction; in a delay slot, that of the branch.</summary>
    ulong Address { get; }

    /// <summary>
    /// A constant that comes from the instruction's fields or its address. What does not, is
    /// <see cref="IWord{V}.Constant"/>: one compiled meaning serves all instructions of a row, and is given these.
    /// </summary>
    V Constant(long value);

    /// <summary>
    /// Goes to <paramref name="target"/> after the delay slot if <paramref name="condition"/> is not 0. A likely
    /// branch that is not taken skips its delay slot.
    /// </summary>
    void Branch(V condition, V target, bool likely);

    /// <summary>Goes to <paramref name="target"/> after the delay slot.</summary>
    void Jump(V target);

    /// <summary>Leaves the engine with <paramref name="reason"/>; the instruction has not completed.</summary>
    void Exit(ExitReason reason);

    /// <summary>Leaves with <paramref name="reason"/> if <paramref name="condition"/> is not 0.</summary>
    /// <returns>Whether the instruction goes on.</returns>
    bool Unless(V condition, ExitReason reason);

    /// <summary>Loads from a naturally aligned address, extended to the register width.</summary>
    /// <returns>Whether the instruction goes on.</returns>
    bool Load(AccessSize size, bool signed, V address, out V value);

    /// <summary>Stores the low bytes of <paramref name="value"/> at a naturally aligned address.</summary>
    /// <returns>Whether the instruction goes on.</returns>
    bool Store(AccessSize size, V address, V value);

    /// <summary>
    /// Loads the part of an unaligned word that lies in the aligned word around <paramref name="address"/>, merged into
    /// <paramref name="old"/>: the more significant part (LWL) or the less significant one (LWR).
    /// </summary>
    /// <returns>Whether the instruction goes on.</returns>
    bool LoadPart(bool mostSignificant, V address, V old, out V value);

    /// <summary>
    /// Stores the part of <paramref name="value"/> that lies in the aligned word around <paramref name="address"/>
    /// (SWL, SWR).
    /// </summary>
    /// <returns>Whether the instruction goes on.</returns>
    bool StorePart(bool mostSignificant, V address, V value);

    /// <summary>Loads a word and remembers its address for <see cref="StoreConditional"/>.</summary>
    /// <returns>Whether the instruction goes on.</returns>
    bool LoadLinked(V address, out V value);

    /// <summary>Stores a word if the link still holds; <paramref name="done"/> is 1 if it was stored, else 0.</summary>
    /// <returns>Whether the instruction goes on.</returns>
    bool StoreConditional(V address, V value, out V done);

    /// <summary>fd ← operation(fs, ft, fr), with its exceptions.</summary>
    void Float(FpOperation operation, FpFormat format);

    /// <summary>FCC[cc] ← fs cond ft, with its exceptions.</summary>
    void FloatCompare(FpFormat format);

    /// <summary>fd ← fs, bit for bit, if <paramref name="condition"/> is not 0.</summary>
    void FloatMove(FpFormat format, V condition);

    /// <summary>1 if the condition code <paramref name="cc"/> of FCSR is set, else 0.</summary>
    V FloatCondition(int cc);

    /// <summary>The low word of the floating-point register in the rd field (fs), sign-extended.</summary>
    V FloatWord { get; set; }

    /// <summary>The high word of the floating-point register in the rd field (fs), sign-extended.</summary>
    V FloatHighWord { get; set; }

    /// <summary>Reads the floating-point control register in the rd field.</summary>
    V FloatControl { get; }

    /// <summary>
    /// Writes the floating-point control register in the rd field; may raise a floating-point exception.
    /// </summary>
    void SetFloatControl(V value);

    /// <summary>
    /// Loads a floating-point register (by its number) of the given size; <paramref name="align"/> ignores low address
    /// bits (LUXC1).
    /// </summary>
    void FloatLoad(AccessSize size, int register, V address, bool align);

    /// <summary>
    /// Stores a floating-point register (by its number); <paramref name="align"/> ignores low address bits (SUXC1).
    /// </summary>
    void FloatStore(AccessSize size, int register, V address, bool align);
}

/// <summary>The meaning of an instruction, on a processor of type <typeparamref name="P"/>.</summary>
public delegate void Meaning<P>(ref P cpu);
