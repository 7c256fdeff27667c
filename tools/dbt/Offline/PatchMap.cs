using System.Globalization;
using System.Text;
using Dbt.Translator;

namespace Dbt.Tool.Offline;

/// <summary>
/// What was rewritten in an image, as text: a line a word, with tabs between address, symbol, word and instruction
/// before and after.
/// </summary>
internal static class PatchMap
{
    /// <summary>The text.</summary>
    public static string Of(OfflinePatch patch)
    {
        StringBuilder text = new("# address\tsymbol\tbefore\t\tafter\t\n");
        foreach (PatchedSite site in patch.Sites)
        {
            string before = Disassembler.Format(site.Before, site.Address);
            string after = Disassembler.Format(site.After, site.Address);
            text.Append(CultureInfo.InvariantCulture, $"{site.Address:x8}\t{site.Symbol ?? "-"}\t");
            text.Append(CultureInfo.InvariantCulture, $"{site.Before:x8}\t{before}\t{site.After:x8}\t{after}\n");
        }
        return text.ToString();
    }
}
