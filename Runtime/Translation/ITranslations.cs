namespace Dbt.Runtime.Translation;

/// <summary>What an engine that translates has to tell and to keep, beyond what every engine does.</summary>
public interface ITranslations
{
    /// <summary>What was translated, and what of it ran.</summary>
    TranslationStatistics Statistics { get; }

    /// <summary>How often a fragment has led directly to another; null if nobody counts.</summary>
    long? LinksFollowed { get; }

    /// <summary>The live fragments.</summary>
    IReadOnlyCollection<Fragment> Fragments { get; }

    /// <summary>The live fragments with code at <paramref name="pc"/>.</summary>
    IReadOnlyList<Fragment> FindFragments(uint pc);

    /// <summary>
    /// Leaves what was translated to be compiled ahead of time, if it is to be kept and there is enough of it.
    /// </summary>
    /// <returns>The file for <see cref="Persistence.ArchiveStore.CompilePending"/>; null if there is none.</returns>
    string? Save();
}
