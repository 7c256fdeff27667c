using System.Globalization;
using System.Text.Json;

namespace Dbt.Tool.Inspection;

/// <summary>A <see cref="MachineView"/> for people and for programs.</summary>
internal static class MachineReport
{
    private const int RegistersInALine = 4;

    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes it as JSON.</summary>
    public static string ToJson(MachineView view) => JsonSerializer.Serialize(view, _json) + "\n";

    /// <summary>Prints it.</summary>
    public static void Print(TextWriter output, MachineView view)
    {
        output.WriteLine(view.End);
        string symbol = view.Symbol is { } name ? $" ({name})" : "";
        output.WriteLine(string.Create(
            _invariant,
            $"{view.Instructions:N0} instructions, {view.GuestNanoseconds / 1e9:0.000000} s; "
            + $"{view.Mode} mode, ASID {view.Asid}, pc {view.Pc}{symbol}"));
        PrintRegisters(output, "registers", view.Registers, 5);
        PrintRegisters(output, "coprocessor 0", view.Cop0, 9);
        PrintTlb(output, "guest TLB", view.Tlb);
        if (view.SecondLevelTlb is { } second)
            PrintTlb(output, "second-level TLB", second);
        PrintPmap(output, view);
        PrintShadow(output, view.Shadow);
        foreach (WalkView walk in view.Walks)
            PrintWalk(output, walk);
    }

    private static void PrintRegisters(
        TextWriter output, string title, IReadOnlyList<RegisterView> registers, int width)
    {
        output.WriteLine($"\n{title}");
        foreach (RegisterView[] line in registers.Chunk(RegistersInALine))
        {
            output.WriteLine(
                "  " + string.Join("  ", line.Select(register => $"{register.Name.PadRight(width)} {register.Value}")));
        }
    }

    private static void PrintTlb(TextWriter output, string title, IReadOnlyList<TlbEntryView> entries)
    {
        output.WriteLine(string.Create(_invariant, $"\n{title}: {entries.Count} entries"));
        output.WriteLine("       virtual     pages   ASID  G   even page              odd page");
        foreach (TlbEntryView entry in entries)
        {
            output.WriteLine(string.Create(
                _invariant,
                $"  {entry.Index,3}  {entry.Virtual}  {entry.PageBytes >> 10,4} KB  {entry.Asid,4}  {(entry.Global ? 'G' : '-')}"
                + $"   {Page(entry.Even)}     {Page(entry.Odd)}"));
        }
    }

    private static string Page(TlbPageView page) =>
        $"{page.Physical} C{page.Cache} {(page.Dirty ? 'D' : '-')} {(page.Valid ? 'V' : '-')}";

    private static void PrintPmap(TextWriter output, MachineView view)
    {
        output.WriteLine("\nguest_pmap: guest physical -> real");
        foreach (PmapRangeView range in view.Pmap)
        {
            output.WriteLine(
                $"  {range.First}-{range.Last}  {(range.Real is { } real ? $"{range.What} at {real}" : range.What)}");
        }
        PagesView pages = view.Pages;
        output.WriteLine(string.Create(
            _invariant,
            $"  pages of RAM: {pages.Private:N0} private, {pages.Shared:N0} shared, {pages.Zero:N0} zero, "
            + $"{pages.Ballooned:N0} ballooned; {pages.Traced:N0} traced, {pages.Code:N0} with code"));
    }

    private static void PrintShadow(TextWriter output, IReadOnlyList<ShadowSpaceView> spaces)
    {
        output.WriteLine(string.Create(
            _invariant, $"\nshadow TLB: {spaces.Count} spaces, {spaces.Sum(space => space.Loads):N0} pages"));
        foreach (ShadowSpaceView space in spaces)
        {
            output.WriteLine(string.Create(
                _invariant,
                $"  ASID {space.Asid}, {space.Mode} mode: {space.Loads:N0} pages for loads, {space.Stores:N0} of them for stores"));
            foreach (ShadowEntryView entry in space.Entries)
            {
                output.WriteLine(
                    $"    {entry.Virtual} -> {entry.Physical} -> {entry.Real}  {(entry.Stores ? "loads and stores" : "loads")}");
            }
        }
    }

    private static void PrintWalk(TextWriter output, WalkView walk)
    {
        output.WriteLine($"\nwalk of {walk.Virtual}");
        string entry = walk.TlbIndex is { } index ? string.Create(_invariant, $", entry {index}") : "";
        string to = walk.Physical is { } physical
            ? $" -> {physical}, {(walk.Writable ? "loads and stores" : "loads")}"
            : "";
        output.WriteLine($"  guest:      {walk.By}{entry}{to}");
        if (walk.What is { } what)
        {
            output.WriteLine(
                $"  guest_pmap: {what}{(walk.Real is { } real ? $" -> {real}, stores guarded: {walk.Guards}" : "")}");
        }
        output.WriteLine($"  shadow TLB: {walk.Shadow}");
    }
}
