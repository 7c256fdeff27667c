using System.Reflection.Emit;

namespace Dbt.Translator.Emission;

/// <summary>
/// A local that holds one value after another, each until the next: the JIT gives registers to locals that are named
/// often. A value that is used when there is a newer one is an error.
/// </summary>
/// <param name="code">Where the code goes.</param>
/// <param name="type">The type of its values.</param>
internal sealed class SharedLocal(CodeEmitter code, ExpressionType type)
{
    private LocalBuilder? _local;
    private int _values;

    /// <summary>local = value; as <see cref="CodeEmitter.Hold"/>.</summary>
    /// <returns>The local, or the value if it is constant.</returns>
    public T Hold<T>(T value) where T : struct, IValue<T>
    {
        if (value.Expression.IsConstant)
            return value;
        _local ??= code.DeclareLocal(type);
        code.Assign(T.Of(Expression.OfLocal(_local, type, _values)), value);
        code.Versions[_local] = ++_values;
        return T.Of(Expression.OfLocal(_local, type, _values));
    }
}
