using Dbt.Runtime.State;

namespace Dbt.Runtime.Bus;

/// <summary>A wire that is high or low. The receiver is told of each change, never of a repetition.</summary>
/// <param name="changed">Called with the new level.</param>
public sealed class InterruptLine(Action<bool> changed) : IHasState
{
    /// <summary>The level now.</summary>
    public bool Level { get; private set; }

    /// <inheritdoc/>
    public void Walk(StateWalk walk) => Level = walk.Value("level", Level);

    /// <summary>Drives the wire to <paramref name="level"/>.</summary>
    public void Set(bool level)
    {
        if (level == Level)
            return;
        Level = level;
        changed(level);
    }
}
