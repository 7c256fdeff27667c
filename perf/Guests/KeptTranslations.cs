using System.Diagnostics;
using Dbt.Tool.Comparison;

namespace Dbt.Perf.Guests;

/// <summary>Where dbt keeps translations for comparisons that are about a second run.</summary>
/// <param name="folder">The folder, which need not be there.</param>
internal sealed class KeptTranslations(string folder)
{
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(3);

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>
    /// Waits until the translations that a run has left are compiled; that goes on behind its end, in a process of its
    /// own.
    /// </summary>
    public void Await()
    {
        long start = Stopwatch.GetTimestamp();
        while (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.regions").Length == 0)
        {
            if (Stopwatch.GetElapsedTime(start) > _longest)
            {
                throw new ComparisonException(
                    "dbt has kept no translations: crossgen2, which is fetched when dbt is built, may be missing");
            }
            Thread.Sleep(100);
        }
    }
}
