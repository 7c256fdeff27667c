using System.Globalization;
using System.Xml.Linq;
using Dbt.Hypervisor.Memory;

namespace Dbt.TestRoms.Privileged;

/// <summary>
/// The figure of docs/shrinking-pages.md, from what the ROM does: a line for each step, which appear one by one where animations are shown, and a bar as long
/// as the pages that the guest enters.
/// </summary>
internal static class ShrinkingFigure
{
    private const int Width = 980, Row = 26, Top = 64, Bar = 14;
    private const int EntryColumn = 370, OtherColumn = 690, BytesPerPixel = 160;
    private const double SecondsPerStep = 1.2, Pause = 4;

    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";

    // Of guest 1 and 2; M. Okabe and K. Ito (2008).
    private static readonly string[] _colours = ["#e69f00", "#56b4e9"];

    /// <summary>The figure.</summary>
    public static string Of(IReadOnlyList<ShrinkingTrace.Step> steps)
    {
        int victim = steps[0].Guest, height = Top + Row * steps.Count + 12;
        XElement figure = new(_svg + "svg",
            new XAttribute("viewBox", $"0 0 {Width} {height}"), new XAttribute("font-family", "system-ui, sans-serif"), new XAttribute("font-size", 13),
            new XElement(_svg + "title", "Shrinking pages: what two guests do to one TLB, step by step"),
            new XElement(_svg + "rect", new XAttribute("width", Width), new XAttribute("height", height), new XAttribute("fill", "#fff")),
            Heading(20, $"guest {victim}, and how large its pages are"), Heading(EntryColumn, "the entry"), Heading(OtherColumn, $"guest {3 - victim}"));
        for (int i = 0; i < steps.Count; i++)
        {
            XElement line = Line(steps[i], victim, Top + Row * i);
            line.Add(Appearance(i, steps.Count));
            figure.Add(line);
        }
        return figure + "\n";
    }

    private static XElement Line(ShrinkingTrace.Step step, int victim, int y)
    {
        if (step.Kind == ShrinkingTrace.Event.Switch)
        {
            return new XElement(_svg + "g",
                new XElement(_svg + "path", new XAttribute("d", $"M20 {y + Row / 2}H{Width - 20}"), new XAttribute("stroke", "#999"), new XAttribute("stroke-dasharray", "4 4")),
                new XElement(_svg + "rect", new XAttribute("x", EntryColumn - 8), new XAttribute("y", y), new XAttribute("width", 200), new XAttribute("height", Row), new XAttribute("fill", "#fff")),
                Text(EntryColumn, y, step.Text, "#555"));
        }
        bool isVictim = step.Guest == victim;
        XElement line = new(_svg + "g", Text(isVictim ? 110 : OtherColumn, y, step.Text, "#000"));
        if (isVictim)
            line.AddFirst(Filled(20, y, (int)step.PageBytes / BytesPerPixel * 4 / 5, _colours[victim - 1]));
        if (step.Index < 0)
            return line;
        bool isOwned = !step.Entry.IsInvalid && step.Entry.GuestId != 0;
        if (isOwned)
            line.Add(Filled(EntryColumn, y, 10, _colours[step.Entry.GuestId - 1]));
        line.Add(Text(EntryColumn + 18, y, $"{step.Index}: {Content(step.Entry, isOwned)}", "#000"));
        return line;
    }

    private static string Content(TlbEntry entry, bool isOwned) =>
        isOwned ? $"guest {entry.GuestId}, 0x{entry.Start:x8}, pages of {entry.PageSize >> 10} KB" : "nothing";

    // Where nothing moves, all of it is there.
    private static XElement Appearance(int step, int steps)
    {
        double length = steps * SecondsPerStep + Pause;
        string at = (step * SecondsPerStep / length).ToString("0.###", CultureInfo.InvariantCulture);
        return new XElement(_svg + "animate",
            new XAttribute("attributeName", "opacity"), new XAttribute("calcMode", "discrete"), new XAttribute("values", "0.08;1"), new XAttribute("keyTimes", $"0;{at}"),
            new XAttribute("dur", $"{length.ToString("0.#", CultureInfo.InvariantCulture)}s"), new XAttribute("repeatCount", "indefinite"));
    }

    private static XElement Filled(int x, int y, int width, string colour) => new(_svg + "rect",
        new XAttribute("x", x), new XAttribute("y", y + (Row - Bar) / 2), new XAttribute("width", width), new XAttribute("height", Bar), new XAttribute("fill", colour));

    private static XElement Heading(int x, string text) => new(_svg + "text", new XAttribute("x", x), new XAttribute("y", 34), new XAttribute("font-weight", "bold"), text);

    private static XElement Text(int x, int y, string text, string colour) =>
        new(_svg + "text", new XAttribute("x", x), new XAttribute("y", y + Row - 8), new XAttribute("fill", colour), text);
}
