using Dbt.Translator;

namespace Dbt.Tool.Offline;

/// <summary>What was rewritten in an image, as text: a line a word, with tabs between address, symbol, word and instruction before and after.</summary>
internal static class PatchMap
{
    /// <summary>Writes it.</summary>
    public static void Write(OfflinePatch patch, TextWriter to)
    {
        to.Write("# address\tsymbol\tbefore\t\tafter\t\n");
        foreach (PatchedSite site in patch.Sites)
            to.Write($"{site.Address:x8}\t{site.Symbol ?? "-"}\t{site.Before:x8}\t{Disassembler.Format(site.Before, site.Address)}\t{site.After:x8}\t{Disassembler.Format(site.After, site.Address)}\n");
    }
}
