using Dbt.Tool.Guests;

namespace Dbt.Tool.Options;

/// <summary>The options about translations that are kept for the next run.</summary>
internal static class CacheOptions
{
    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Kept translations");

    /// <summary><c>--cache</c>.</summary>
    public static readonly DeclaredOption<string?> Cache =
        new(Group, "--cache", "FOLDER", "dbt: where translations of earlier runs are.")
        {
            DefaultText = "in dbt's own cache",
            Refuses = options => NoCache!.IsIn(options) ? $"and {NoCache.Name} exclude each other" : null,
            SetsMachine = (machine, folder) =>
                machine with { TranslationFolder = folder ?? GuestCache.FindOfUser()?.PathOf("translations") },
        };

    /// <summary><c>--no-cache</c>.</summary>
    public static readonly DeclaredOption<bool> NoCache = new(
        Group, "--no-cache", null, "dbt: keep no translations, and use none of an earlier run.")
    {
        SetsMachine = (machine, on) => on ? machine with { TranslationFolder = null } : machine,
    };
}
