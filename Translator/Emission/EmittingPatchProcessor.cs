using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;

namespace Dbt.Translator.Emission;

/// <summary>
/// The recording instance of a processor for patches: hands everything a patch asks for to an emitter.
/// </summary>
/// <param name="word">The instruction.</param>
/// <param name="meanings">The emitter.</param>
/// <param name="page">The offset of the register page.</param>
/// <param name="patch">The patch.</param>
internal struct EmittingPatchProcessor(Instruction word, MeaningEmitter meanings, int page, Patch patch)
    : IPatchProcessor<Node>
{
    // Where the register that the patch is about is: a constant, asked for once.
    private Node? _named;

    /// <inheritdoc/>
    public readonly Instruction Fields => word;

    /// <inheritdoc/>
    public readonly Node S => meanings.Operands.Read(Operand.S);

    /// <inheritdoc/>
    public readonly Node T
    {
        get => meanings.Operands.Read(Operand.T);
        set => meanings.Operands.Write(Operand.T, value);
    }

    /// <inheritdoc/>
    public Node Named
    {
        get => Load(Place);
        set => Store(Place, value);
    }

    /// <inheritdoc/>
    public readonly Node this[int index]
    {
        get => Load(OffsetOf(index));
        set => Store(OffsetOf(index), value);
    }

    /// <inheritdoc/>
    public readonly Node Constant(long value) => meanings.Operands.Constant(value);

    /// <inheritdoc/>
    public readonly Node Hold(Node value) => meanings.Code.Hold(value);

    /// <inheritdoc/>
    public readonly bool Unless(Node condition)
    {
        meanings.GiveUpIf(condition);
        return true;
    }

    /// <inheritdoc/>
    public readonly void Look(Node address) => meanings.Memory.Probe(address);

    private Node Place => _named ??= meanings.Operands.Constant(page + sizeof(uint) * patch.Register);

    private readonly Node OffsetOf(int index) => Node.Constant(page + sizeof(uint) * index);

    private readonly Node Load(Node offset) => meanings.Code.Copy(InOrder(At(offset))).ToWord();

    private readonly void Store(Node offset, Node value) => meanings.Code.Assign(At(offset), InOrder(value));

    private readonly IntValue InOrder(IntValue value) => patch.IsPageReversed ? GuestNumbers.Reversed(value) : value;

    // *(int*)(s + offset)
    private static IntValue At(Node offset) => Guest.State.Int(NativeValue.OfOffset(offset));
}
