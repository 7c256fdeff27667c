namespace Dbt.Translator.Instructions;

/// <summary>The constants a meaning took from its instruction, in the order it asked for them: at most four.</summary>
/// <param name="Count">How many.</param>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
/// <param name="Third">The third.</param>
/// <param name="Fourth">The fourth.</param>
public readonly record struct MeaningConstants(int Count, int First, int Second, int Third, int Fourth)
{
    /// <summary>The same and one more.</summary>
    /// <exception cref="InvalidOperationException">There are four already.</exception>
    public MeaningConstants With(long value) => Count switch
    {
        0 => this with { Count = 1, First = (int)value },
        1 => this with { Count = 2, Second = (int)value },
        2 => this with { Count = 3, Third = (int)value },
        3 => this with { Count = 4, Fourth = (int)value },
        _ => throw new InvalidOperationException("a meaning takes more than four constants from its instruction"),
    };
}
