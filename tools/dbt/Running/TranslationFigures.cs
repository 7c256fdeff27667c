using Dbt.Runtime.Translation;
using Dbt.Tool.Inspection;

namespace Dbt.Tool.Running;

/// <summary>What the translator did.</summary>
internal sealed record TranslationFigures
{
    /// <summary>Regions found in the library of earlier runs.</summary>
    public required long Reused { get; init; }

    /// <summary>Regions handed to the compiler.</summary>
    public required long Requested { get; init; }

    /// <summary>Regions it could not compile.</summary>
    public required long Refused { get; init; }

    /// <summary>The first of them, and why not; null where there is none.</summary>
    public string? FirstRefusal { get; init; }

    /// <summary>Fragments published.</summary>
    public required long Made { get; init; }

    /// <summary>Of those, fragments for what had had one before.</summary>
    public required long Retranslated { get; init; }

    /// <summary>Of those, fragments made in place of a narrower one.</summary>
    public required long Widened { get; init; }

    /// <summary>Fragments whose code changed while they were compiled.</summary>
    public required long Discarded { get; init; }

    /// <summary>Fragments retired.</summary>
    public required long Retired { get; init; }

    /// <summary>Fragments alive at the end.</summary>
    public required int Live { get; init; }

    /// <summary>Bytes of machine code of those, but for kept ones; null on a host whose code cannot be read.</summary>
    public long? HostBytes { get; init; }

    /// <summary>Links made from one fragment to another.</summary>
    public required long Links { get; init; }

    /// <summary>How often translated code came back to the dispatcher.</summary>
    public required long DispatcherReturns { get; init; }

    /// <summary>How often it led directly to other translated code; null if nobody counted.</summary>
    public long? LinksFollowed { get; init; }

    /// <summary>Forming regions, on the guest's thread.</summary>
    public required double FormationSeconds { get; init; }

    /// <summary>Emitting IL, on the translator's thread.</summary>
    public required double EmissionSeconds { get; init; }

    /// <summary>In the JIT, on the translator's thread.</summary>
    public required double JitSeconds { get; init; }

    /// <summary>The figures of a processor's translator.</summary>
    public static TranslationFigures Of(ITranslations translations) => Of(translations, translations.Statistics);

    private static TranslationFigures Of(ITranslations translations, TranslationStatistics translation) => new()
    {
        Reused = translation.Reused,
        Requested = translation.Requested,
        Refused = translation.Refused,
        FirstRefusal = translation.FirstRefusal?.ToString(),
        Made = translation.Fragments,
        Retranslated = translation.Retranslated,
        Widened = translation.Widened,
        Discarded = translation.Discarded,
        Retired = translation.Retired,
        Live = translations.Fragments.Count,
        HostBytes = HostCode.CanBeRead
            ? translations.Fragments.Where(fragment => fragment.Method is not null)
                .Sum(fragment => (long)HostCode.SizeOf(fragment.Code))
            : null,
        Links = translation.Linked,
        DispatcherReturns = translation.FragmentExits,
        LinksFollowed = translations.LinksFollowed,
        FormationSeconds = translation.Formation.TotalSeconds,
        EmissionSeconds = translation.Emission.TotalSeconds,
        JitSeconds = translation.Jit.TotalSeconds,
    };
}
