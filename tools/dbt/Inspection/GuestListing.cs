using Dbt.Translator;
using Dbt.Translator.Regions;

namespace Dbt.Tool.Inspection;

/// <summary>Guest instructions as text.</summary>
internal static class GuestListing
{
    /// <summary>One instruction: address, word, text.</summary>
    public static string Line(uint pc, uint word) => $"0x{pc:x8}  {word:x8}  {Disassembler.Format(word, pc)}";

    /// <summary>
    /// A region, block by block in the order it is laid out; <paramref name="marked"/> is pointed at.
    /// </summary>
    public static void Print(TextWriter output, Region region, uint? marked)
    {
        foreach (RegionBlock block in region.Blocks)
        {
            output.WriteLine($"  block 0x{block.Pc:x8}");
            for (int i = 0; i < block.Words.Count; i++)
            {
                uint pc = block.Pc + 4 * (uint)i;
                output.WriteLine($"  {(pc == marked ? "->" : "  ")} {Line(pc, block.Words[i])}");
            }
        }
    }
}
