using Dbt.Runtime.Translation;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>Runs the guest's unprivileged code.</summary>
public interface IEngine : IDisposable
{
    /// <summary>
    /// Runs from <see cref="GuestState.Pc"/> until the budget is used up or something happens that only the hypervisor
    /// can deal with. The unit that leaves has had no effect, and is not counted.
    /// </summary>
    ExitReason Run();

    /// <summary>What it has translated; null for an engine that does not translate.</summary>
    ITranslations? Translations { get; }
}
