using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Execution;
using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// The computing instance of a processor for patches: carries out the patch of the unit that left, for the interpreter.
/// </summary>
/// <param name="state">The guest's registers.</param>
/// <param name="cop0">The registers of the page.</param>
/// <param name="mmu">Looks addresses up.</param>
/// <param name="named">The register of the page that the patch is about.</param>
public unsafe struct PatchedUnit(GuestState* state, Cop0 cop0, Mmu mmu, int named) : IPatchProcessor<Word32>
{
    private readonly GuestState* _state = state;

    /// <summary>Whether the unit must exit all the same.</summary>
    public bool MustExit { get; private set; }

    /// <inheritdoc/>
    public readonly Instruction Fields => Unit.Word;

    /// <inheritdoc/>
    public readonly Word32 S => new((int)Unit.Register(Fields.Rs));

    /// <inheritdoc/>
    public readonly Word32 T
    {
        get => new((int)Unit.Register(Fields.Rt));
        set => Unit.SetRegister(Fields.Rt, (uint)value.Value);
    }

    /// <inheritdoc/>
    public readonly Word32 Named
    {
        get => this[named];
        set => cop0[named] = (uint)value.Value;
    }

    /// <inheritdoc/>
    public Word32 this[int register]
    {
        readonly get => new((int)cop0[register]);
        set => cop0[register] = (uint)value.Value;
    }

    /// <inheritdoc/>
    public readonly Word32 Constant(long value) => Word32.Constant(value);

    /// <inheritdoc/>
    public readonly Word32 Hold(Word32 value) => value;

    /// <inheritdoc/>
    public bool Unless(Word32 condition)
    {
        MustExit |= condition.Value != 0;
        return !MustExit;
    }

    /// <inheritdoc/>
    public void Look(Word32 address) => MustExit |= !mmu.Touch((uint)address.Value);

    private readonly LeftUnit Unit => new(_state);
}
