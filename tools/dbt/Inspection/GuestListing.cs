using Dbt.Translator;
using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Tool.Inspection;

/// <summary>Guest instructions as text.</summary>
internal static class GuestListing
{
    /// <summary>One instruction: address, word, text.</summary>
    /// <remarks>An odd address is one of MIPS16e: it is shown as the even one that it stands for.</remarks>
    public static string Line(uint pc, uint word) => $"0x{pc & ~1u:x8}  {Code(pc, word)}";

    /// <summary>The same without its address.</summary>
    public static string Code(uint pc, uint word)
    {
        string code = InstructionSet.BytesOf(word, pc) == 2 ? $"{word:x4}    " : $"{word:x8}";
        return $"{code}  {Disassembler.Format(word, pc)}";
    }

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
                uint pc = block.AddressOf(i);
                output.WriteLine($"  {((pc & ~1u) == (marked & ~1u) ? "->" : "  ")} {Line(pc, block.Words[i])}");
            }
        }
    }
}
