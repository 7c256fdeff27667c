using System.Reflection.Emit;
using System.Runtime.InteropServices;

namespace Dbt.Translator.Emission;

/// <summary>
/// Which values the JIT may take for a rotation by a constant. The RyuJIT of .NET 10 compiles a comparison of one with
/// zero as if a rotation set the processor's zero flag, which it leaves as it was: what is compared must not look like
/// one.
/// </summary>
internal sealed class Rotations
{
    private readonly Dictionary<LocalBuilder, List<(ExpressionKind Kind, long Count)>> _shifts = [];
    private readonly HashSet<LocalBuilder> _rotated = [];

    /// <summary>Notes what a local is assigned: it may be taken for that from here on, wherever it is used.</summary>
    public void Note(LocalBuilder local, Expression value)
    {
        if (MayBe(value))
            _rotated.Add(local);
        foreach ((ExpressionKind, long) shift in ShiftsOf(value))
        {
            if (!_shifts.TryGetValue(local, out List<(ExpressionKind, long)>? shifts))
                _shifts[local] = shifts = [];
            if (!shifts.Contains(shift))
                shifts.Add(shift);
        }
    }

    /// <summary>Whether a value may be a rotation by a constant, in one expression or in parts.</summary>
    public bool MayBe(Expression e) => e.Kind switch
    {
        ExpressionKind.Local => _rotated.Contains(e.Local!),
        ExpressionKind.Or or ExpressionKind.Xor => IsRotation(e),
        _ => false,
    };

    private bool IsRotation(Expression e)
    {
        int bits = e.Type == ExpressionType.Int32 ? 32 : 64;
        foreach ((ExpressionKind kind, long count) in ShiftsOf(e.A!))
        {
            foreach ((ExpressionKind otherKind, long otherCount) in ShiftsOf(e.B!))
            {
                if (kind != otherKind && count + otherCount == bits)
                    return true;
            }
        }
        return false;
    }

    private ReadOnlySpan<(ExpressionKind Kind, long Count)> ShiftsOf(Expression e) => e.Kind switch
    {
        ExpressionKind.Local => CollectionsMarshal.AsSpan(_shifts.GetValueOrDefault(e.Local!)),
        ExpressionKind.ShiftLeft or ExpressionKind.ShiftRight when e.B!.IsConstant =>
            new[] { (e.Kind, e.B.Value) },
        _ => default,
    };
}
