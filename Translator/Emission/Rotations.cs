using System.Reflection.Emit;

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
        ExpressionKind.Or or ExpressionKind.Xor =>
            ShiftsOf(e.A!).Any(one => ShiftsOf(e.B!).Any(other => Complement(one, other, e.Type))),
        _ => false,
    };

    private static bool Complement(
        (ExpressionKind Kind, long Count) one, (ExpressionKind Kind, long Count) other, ExpressionType type) =>
        one.Kind != other.Kind && one.Count + other.Count == (type == ExpressionType.Int32 ? 32 : 64);

    private IReadOnlyList<(ExpressionKind Kind, long Count)> ShiftsOf(Expression e) => e.Kind switch
    {
        ExpressionKind.Local => _shifts.GetValueOrDefault(e.Local!) ?? [],
        ExpressionKind.ShiftLeft or ExpressionKind.ShiftRight when e.B!.IsConstant => [(e.Kind, e.B.Value)],
        _ => [],
    };
}
