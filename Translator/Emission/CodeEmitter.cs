using System.Reflection;
using System.Reflection.Emit;

namespace Dbt.Translator.Emission;

/// <summary>
/// Emits statements over values: an assignment, a branch, a call. A caller writes above a run of them the C# that they
/// stand for.
/// </summary>
/// <param name="il">Where the IL goes.</param>
public sealed class CodeEmitter(ILGenerator il)
{
    private readonly ExpressionEmitter _expressions = new(il);
    private readonly List<Action> _cold = [];

    /// <summary>
    /// How often each guest register's local has been written; a register read before a write must not be emitted after
    /// it.
    /// </summary>
    public Dictionary<LocalBuilder, int> Versions => _expressions.Versions;

    /// <summary>An argument of the method.</summary>
    public static T Argument<T>(int number, ExpressionType type) where T : struct, IValue<T> =>
        T.Of(new Expression { Kind = ExpressionKind.Argument, Type = type, Value = number });

    /// <summary>A new local that holds nothing yet.</summary>
    public T Declare<T>(ExpressionType type) where T : struct,
        IValue<T> => T.Of(Expression.OfLocal(DeclareLocal(type), type));

    /// <summary>A new local of a type.</summary>
    public LocalBuilder DeclareLocal(ExpressionType type) => il.DeclareLocal(type switch
    {
        ExpressionType.Int32 => typeof(int),
        ExpressionType.Int64 => typeof(long),
        ExpressionType.Native => typeof(nint),
        ExpressionType.Float32 => typeof(float),
        _ => typeof(double),
    });

    /// <summary>local = value; so that it may be used more than once.</summary>
    /// <returns>The new local, or the value if it is constant.</returns>
    public T Hold<T>(T value) where T : struct, IValue<T> => value.Expression.IsConstant ? value : Copy(value);

    /// <summary>local = value;</summary>
    /// <returns>The new local.</returns>
    public T Copy<T>(T value) where T : struct, IValue<T>
    {
        T local = Declare<T>(value.Expression.Type);
        Assign(local, value);
        return local;
    }

    /// <summary>target = value;</summary>
    /// <param name="target">A local, or what lies at an address.</param>
    /// <param name="value">What it is to be.</param>
    public void Assign<T>(T target, T value) where T : struct, IValue<T>
    {
        Expression place = target.Expression;
        if (place.Kind == ExpressionKind.Local)
        {
            _expressions.Emit(value.Expression);
            il.Emit(OpCodes.Stloc, place.Local!);
            _expressions.Rotations.Note(place.Local!, value.Expression);
            return;
        }
        if (place.Kind != ExpressionKind.Load)
            throw new InvalidOperationException($"nothing can be assigned to {place.Kind}");
        _expressions.Emit(place.A!);
        _expressions.Emit(value.Expression);
        il.Emit(ExpressionEmitter.StoreOf(place.Cell));
    }

    /// <summary>A label, to be marked once.</summary>
    public Label DefineLabel() => il.DefineLabel();

    /// <summary>label:</summary>
    public void Mark(Label label) => il.MarkLabel(label);

    /// <summary>goto target;</summary>
    public void Goto(Label target) => il.Emit(OpCodes.Br, target);

    /// <summary>if (condition) goto target;</summary>
    public void GotoIf(IntValue condition, Label target) => _expressions.BranchIf(condition.Expression, target);

    /// <summary>if (!condition) goto target;</summary>
    public void GotoUnless(IntValue condition, Label target) =>
        _expressions.BranchIf(condition.Expression, target, negate: true);

    /// <summary>switch (index) { … } goes on behind it if there is no such label.</summary>
    public void Switch(IntValue index, Label[] labels)
    {
        // The JIT makes a comparison of it by itself, and not always a right one (Rotations).
        if (labels.Length == 1)
        {
            GotoIf(index.Is(0), labels[0]);
            return;
        }
        _expressions.Emit(index.Expression);
        il.Emit(OpCodes.Switch, labels);
    }

    /// <summary>return value;</summary>
    public void Return(NativeValue value)
    {
        _expressions.Emit(value.Expression);
        il.Emit(OpCodes.Ret);
    }

    /// <summary>return code(arguments); in place of this method, whose frame is gone.</summary>
    public void TailCall(NativeValue code, params ReadOnlySpan<Expression> arguments)
    {
        var types = new Type[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            _expressions.Emit(arguments[i]);
            types[i] = arguments[i].Type == ExpressionType.Int32 ? typeof(int) : typeof(nint);
        }
        _expressions.Emit(code.Expression);
        il.Emit(OpCodes.Tailcall);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, typeof(nint), types, null);
        il.Emit(OpCodes.Ret);
    }

    /// <summary>Emits something later, out of the way of what is hot.</summary>
    public void Cold(Action emit) => _cold.Add(emit);

    /// <summary>Emits what was put off, and what that puts off.</summary>
    public void EmitCold()
    {
        for (int i = 0; i < _cold.Count; i++)
            _cold[i]();
        _cold.Clear();
    }

    /// <summary>Leaves a value on the IL stack.</summary>
    public void Push<T>(T value) where T : struct, IValue<T> => _expressions.Emit(value.Expression);
}
