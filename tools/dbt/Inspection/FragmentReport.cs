using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;

namespace Dbt.Tool.Inspection;

/// <summary>A fragment in its three languages: the guest's, IL, and the host's.</summary>
internal static class FragmentReport
{
    private static string Expectation(TranslationContext context) => context.Bases switch
    {
        BaseExpectation.Kseg0 => "kseg0 expected",
        BaseExpectation.HeldPages => "held pages and spans of one page expected",
        BaseExpectation.HeldOffsets => "held offsets and spans of one page expected",
        BaseExpectation.OnePage => "spans of one page expected",
        _ => "nothing expected",
    };

    /// <summary>Prints it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="fragment">The fragment.</param>
    /// <param name="marked">A guest address to point at.</param>
    public static void Print(TextWriter output, Fragment fragment, uint? marked)
    {
        TranslationContext context = fragment.Context;
        output.WriteLine(
            $"fragment 0x{fragment.Key.Pc:x8}, mode {fragment.Key.Mode}, "
            + $"{Expectation(context)}, float {context.Float.ToString().ToLowerInvariant()}");
        output.WriteLine(
            $"\nguest: {fragment.Region.InstructionCount} instructions in {fragment.Region.Blocks.Count} blocks");
        GuestListing.Print(output, fragment.Region, marked);

        // The emitter says the same again to whoever listens.
        IlListing il = new();
        RegionLinks slots = RegionCompiler.Compile(fragment.Region, il, GuestLayout.Create(), context);
        IEnumerable<string> links = slots.Targets.Select((target, i) => $"{slots.FirstTarget + i} to 0x{target:x8}");
        output.WriteLine($"\nlinks: {string.Join(", ", links)}");
        output.WriteLine($"\nIL: {il.InstructionCount} instructions, {il.LocalCount} locals");
        foreach (string line in il.Lines)
            output.WriteLine("     " + line);

        output.WriteLine("\nhost:");
        (int bytes, int instructions) = HostListing.Print(output, fragment.Code);
        double guest = fragment.Region.InstructionCount;
        output.WriteLine(
            $"host: {instructions} instructions in {bytes} bytes; for a guest instruction "
            + $"{il.InstructionCount / guest:0.0} of IL, {instructions / guest:0.0} of the host, {bytes / guest:0.0} bytes");
        GC.KeepAlive(fragment);
    }
}
