using System.Globalization;
using System.Text;
using Dbt.Translator;

namespace Dbt.Tool.Offline;

/// <summary>What was rewritten in an image, as text: a line a word, with tabs between address, symbol, word and instruction before and after.</summary>
internal static class PatchMap
{
    /// <summary>The text.</summary>
    public static string Of(OfflinePatch patch)
    {
        StringBuilder text = new("# address\tsymbol\tbefore\t\tafter\t\n");
        foreach (PatchedSite site in patch.Sites)
            text.Append(CultureInfo.InvariantCulture, $"{site.Address:x8}\t{site.Symbol ?? "-"}\t{site.Before:x8}\t{Disassembler.Format(site.Before, site.Address)}\t{site.After:x8}\t{Disassembler.Format(site.After, site.Address)}\n");
        return text.ToString();
    }
}
