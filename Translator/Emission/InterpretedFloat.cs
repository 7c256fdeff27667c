using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>Floating point that is left to the interpreter: whatever is asked for gives the unit up.</summary>
/// <param name="exits">How.</param>
internal sealed class InterpretedFloat(IUnitExits exits) : IFloatUnit
{
    /// <inheritdoc/>
    public void Operate(FpOperation operation, FpFormat format) => exits.GiveUp();

    /// <inheritdoc/>
    public void Compare(FpFormat format) => exits.GiveUp();

    /// <inheritdoc/>
    public void Move(FpFormat format, Node condition) => exits.GiveUp();

    /// <inheritdoc/>
    public Node Condition(int cc) => Unknown();

    /// <inheritdoc/>
    public Node ReadWord(int register) => Unknown();

    /// <inheritdoc/>
    public void WriteWord(int register, Node value) => exits.GiveUp();

    /// <inheritdoc/>
    public Node ReadHighWord(int register) => Unknown();

    /// <inheritdoc/>
    public void WriteHighWord(int register, Node value) => exits.GiveUp();

    /// <inheritdoc/>
    public void Load(AccessSize size, int register, Node address, bool align) => exits.GiveUp();

    /// <inheritdoc/>
    public void Store(AccessSize size, int register, Node address, bool align) => exits.GiveUp();

    // What follows is never reached.
    private Node Unknown()
    {
        exits.GiveUp();
        return Node.Constant(0);
    }
}
