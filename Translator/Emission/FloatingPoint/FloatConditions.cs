using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission.FloatingPoint;

/// <summary>The condition codes of FCSR that a region uses, as locals that are 1 or 0.</summary>
/// <param name="code">Where they are loaded and stored.</param>
/// <param name="layout">Where FCSR is.</param>
internal sealed class FloatConditions(CodeEmitter code, StateLayout layout)
{
    private readonly IntValue?[] _locals = new IntValue?[8];
    private readonly bool[] _written = new bool[8];

    /// <summary>Notes the condition codes that an instruction uses, before anything is emitted.</summary>
    public void Declare(Footprint footprint)
    {
        for (int cc = 0; cc < _locals.Length; cc++)
        {
            if ((footprint.FloatConditions >> cc & 1) != 0)
                _locals[cc] ??= code.Declare<IntValue>(ExpressionType.Int32);
        }
    }

    /// <summary>Loads those that the region uses.</summary>
    public void EmitEntry()
    {
        for (int cc = 0; cc < _locals.Length; cc++)
        {
            // fccN = s->Fcsr >>> bit & 1;
            if (_locals[cc] is { } local)
                code.Assign(local, Fcsr >>> Bit(cc) & 1);
        }
    }

    /// <summary>Stores those that the region writes.</summary>
    public void EmitFlush()
    {
        for (int cc = 0; cc < _locals.Length; cc++)
        {
            // s->Fcsr = s->Fcsr & ~(1 << bit) | fccN << bit;
            if (_written[cc])
                code.Assign(Fcsr, Fcsr & ~(1 << Bit(cc)) | this[cc] << Bit(cc));
        }
    }

    /// <summary>A condition code.</summary>
    public IntValue this[int cc]
    {
        get => _locals[cc]!.Value;
        set
        {
            code.Assign(this[cc], value);
            _written[cc] = true;
        }
    }

    private IntValue Fcsr => Guest.State.Int(layout.Fcsr);

    // MD00086, FCSR: code 0 is apart from the others.
    private static int Bit(int cc) => cc == 0 ? 23 : 24 + cc;
}
