namespace Dbt.Runtime.State;

/// <summary>A part of a machine that holds something which a saved machine must have in it.</summary>
public interface IHasState
{
    /// <summary>
    /// Names all it holds, once: its fields by reference, its arrays, and the parts that hold something themselves. The
    /// same text writes, reads and lists it. What follows from the rest, and what is only ever a cache, is left out;
    /// where it must be right at once, it is made anew when <see cref="StateWalk.IsReading"/>.
    /// </summary>
    void Walk(StateWalk walk);
}
