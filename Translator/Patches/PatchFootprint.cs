using Dbt.Translator.Instructions;

namespace Dbt.Translator.Patches;

/// <summary>What a patched instruction reads and writes, found by recording its meaning.</summary>
/// <param name="Constants">The constants that the meaning took, in their order; the first is where its register of the
/// page is.</param>
/// <param name="Reads">General registers that are read, a bit for each, register 0 included.</param>
/// <param name="Writes">General registers that are written.</param>
public readonly record struct PatchFootprint(MeaningConstants Constants, uint Reads, uint Writes)
{
    /// <summary>All registers that are read or written.</summary>
    public uint Registers => Reads | Writes;

    /// <summary>Records the meaning of a patch.</summary>
    /// <param name="patch">The patch.</param>
    /// <param name="word">The instruction.</param>
    /// <param name="page">The offset of the register page.</param>
    public static PatchFootprint Of(Patch patch, Instruction word, int page)
    {
        var recorder = new PatchRecorder(word, page + sizeof(uint) * patch.Register);
        patch.CarryOut<PatchRecorder, Unknown>(ref recorder);
        return recorder.Footprint;
    }
}

/// <summary>A processor that carries nothing out and notes what a patch asks of it.</summary>
/// <param name="fields">The instruction.</param>
/// <param name="named">The offset of the register of the page that the patch is about.</param>
internal struct PatchRecorder(Instruction fields, int named) : IPatchProcessor<Unknown>
{
    private PatchFootprint _noted;
    private bool _isNamed;

    /// <summary>What was noted.</summary>
    public readonly PatchFootprint Footprint => _noted;

    /// <inheritdoc/>
    public readonly Instruction Fields => fields;

    /// <inheritdoc/>
    public Unknown S => Read(fields.Rs);

    /// <inheritdoc/>
    public Unknown T
    {
        get => Read(fields.Rt);
        set => _noted = _noted with { Writes = _noted.Writes | 1u << fields.Rt };
    }

    /// <inheritdoc/>
    public Unknown Named
    {
        get => Name();
        set => Name();
    }

    /// <inheritdoc/>
    public Unknown this[int register]
    {
        readonly get => default;
        set { }
    }

    /// <inheritdoc/>
    public Unknown Constant(long value)
    {
        _noted = _noted with { Constants = _noted.Constants.With(value) };
        return default;
    }

    /// <inheritdoc/>
    public readonly Unknown Hold(Unknown value) => value;

    /// <inheritdoc/>
    public readonly bool Unless(Unknown condition) => true;

    /// <inheritdoc/>
    public readonly void Look(Unknown address)
    {
    }

    private Unknown Name()
    {
        if (!_isNamed)
            Constant(named);
        _isNamed = true;
        return default;
    }

    private Unknown Read(int register)
    {
        _noted = _noted with { Reads = _noted.Reads | 1u << register };
        return Unknown.Of(register);
    }
}
