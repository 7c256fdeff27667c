using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>Emits what a patched instruction does in place of trapping.</summary>
/// <param name="meanings">Emits what they have in common with others.</param>
/// <param name="layout">Where the register page is.</param>
/// <param name="patches">How instructions are patched.</param>
internal sealed class PatchEmitter(MeaningEmitter meanings, StateLayout layout, PatchTable patches)
{
    private readonly CodeEmitter _code = meanings.Code;
    private readonly IOperands _operands = meanings.Operands;

    /// <summary>Carries out a patch; gives the unit up where the instruction must exit all the same.</summary>
    /// <param name="patch">The patch.</param>
    /// <param name="word">The instruction.</param>
    public void CarryOut(Patch patch, Instruction word)
    {
        switch (patch.Kind)
        {
            case PatchKind.Load:
                // rt = page[register];
                _operands.Write(Operand.T, Load(PageOffset(patch)));
                break;
            case PatchKind.Store or PatchKind.StoreEnable:
                Store(patch);
                break;
            case PatchKind.Disable or PatchKind.Enable:
                Enable(patch.Kind == PatchKind.Enable);
                break;
            case PatchKind.Look:
                meanings.Memory.Probe(_operands.Read(Operand.S) + _operands.Constant(word.Immediate));
                break;
        }
    }

    private void Store(Patch patch)
    {
        // if (((old ^ value) & sensitive) != 0) give up; page[register] = old & ~writable | value & writable;
        Node field = PageOffset(patch);
        Node old = Load(field), value = _operands.Read(Operand.T);
        meanings.GiveUpIf((old ^ value) & _operands.Constant((int)patch.Sensitive));
        Node writable = _operands.Constant((int)patch.Writable);
        value = _code.Hold(old & ~writable | value & writable);
        if (patch.Kind == PatchKind.StoreEnable)
        {
            // if ((enable & 2) == 0 && (enable & 0x18) != 0) give up: this leaves kernel mode
            meanings.GiveUpIf(Node.Choose(value & Node.Constant(2), Node.Constant(0), value & Node.Constant(0x18)));
            GiveUpIfInterrupted(value);
        }
        _code.Assign<IntValue>(At(field), value);
    }

    private void Enable(bool enable)
    {
        // old = page[enable]; page[enable] = old & ~1 or old | 1; rt = old;
        Node field = Node.Constant(layout.Cop0 + 4 * patches.InterruptEnable!.Value);
        Node old = Load(field);
        Node value = _code.Hold(enable ? old | Node.Constant(1) : old & Node.Constant(~1));
        if (enable)
            GiveUpIfInterrupted(value);
        _code.Assign<IntValue>(At(field), value);
        _operands.Write(Operand.T, old);
    }

    // if ((enable & 7) == 1 && (enable & pending & 0xff00) != 0) give up: the interrupt is due behind this unit
    private void GiveUpIfInterrupted(Node enable)
    {
        Node pending = Load(Node.Constant(layout.Cop0 + 4 * patches.InterruptPending));
        meanings.GiveUpIf(Node.Choose(Node.Equal(enable & Node.Constant(7), Node.Constant(1)), enable & pending & Node.Constant(0xff00), Node.Constant(0)));
    }

    private Node PageOffset(Patch patch) => _operands.Constant(layout.Cop0 + 4 * patch.Register);

    private Node Load(Node offset) => _code.Copy(At(offset)).ToWord();

    // *(int*)(s + offset)
    private static IntValue At(Node offset) => Guest.State.Int(NativeValue.OfOffset(offset));
}
