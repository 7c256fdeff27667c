namespace Dbt.Translator.Emission;

/// <summary>
/// An expression whose type the C# compiler knows. Operators build larger ones, so that what emits code reads as the
/// code it emits.
/// </summary>
/// <typeparam name="T">The implementation itself.</typeparam>
public interface IValue<T> where T : struct, IValue<T>
{
    /// <summary>The expression.</summary>
    Expression Expression { get; }

    /// <summary>An expression as such a value.</summary>
    static abstract T Of(Expression expression);
}
