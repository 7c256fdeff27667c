using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>Where execution goes on if not behind the instruction being compiled.</summary>
public interface IControlFlow
{
    /// <summary>A branch, taken after its delay slot.</summary>
    void Branch(Node condition, Node target, bool likely);

    /// <summary>A sensitive instruction: it leaves the engine, unless something is known to do in its place.</summary>
    void Exit(ExitReason reason);
}
