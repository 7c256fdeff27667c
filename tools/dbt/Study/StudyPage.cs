using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Dbt.Tool.Study;

/// <summary>
/// A study as a page of HTML that needs nothing but itself. It is XML, too, so that no text can leave its place.
/// </summary>
internal static class StudyPage
{
    // No > and no &: XML would write them in a way that HTML does not read here.
    private const string Style = """

        :root { color-scheme: light dark; }
        body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: Canvas; color: CanvasText; font: 1rem/1.5 system-ui, sans-serif; }
        h2 { margin-top: 3rem; border-bottom: 1px solid GrayText; }
        figure { margin: 2rem 0; }
        figcaption { margin-bottom: .5rem; }
        .wide { overflow-x: auto; background: linear-gradient(to right, Canvas 50%, transparent) 0 0 / 4rem 100% no-repeat local, linear-gradient(to left, Canvas 50%, transparent) 100% 0 / 4rem 100% no-repeat local, linear-gradient(to right, GrayText, transparent) 0 0 / 1rem 100% no-repeat scroll, linear-gradient(to left, GrayText, transparent) 100% 0 / 1rem 100% no-repeat scroll; }
        .more { display: none; position: sticky; left: 0; width: fit-content; color: GrayText; }
        @media (max-width: 40rem) { .more { display: block; } }
        .warning { border-left: .3rem solid #d55e00; padding-left: .7rem; }
        .chart { display: block; width: 100%; min-width: 34rem; height: auto; }
        .chart text { fill: currentColor; font: 13px system-ui, sans-serif; }
        .chart .name { font-weight: bold; }
        .chart .ink { fill: #000; }
        .chart .grid { stroke: currentColor; opacity: .2; }
        .chart .axis { stroke: currentColor; }
        .chart rect { stroke: Canvas; stroke-width: .5; }
        .chart path { shape-rendering: crispEdges; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: 1rem 0; padding: 0; list-style: none; }
        .key { width: .9em; height: .9em; margin-right: .4em; vertical-align: -.1em; }
        .cell { display: block; width: 5rem; height: .9em; }
        table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .15rem .5rem; border-bottom: 1px solid GrayText; text-align: left; white-space: nowrap; }
        tbody th { font-weight: normal; }
        tbody th.part { padding-left: 2rem; }
        .number { text-align: right; }
        code { font: .9em ui-monospace, monospace; }

        """;

    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;

    /// <summary>The whole page.</summary>
    /// <param name="study">What it shows.</param>
    /// <param name="mostSites">How many sites it lists.</param>
    public static string Of(StudyFigures study, int mostSites)
    {
        string title = $"dbt study {study.Guest}";
        XElement page = new("html", new XAttribute("lang", "en"),
            new XElement("head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement(
                    "meta", new XAttribute("name", "viewport"),
                    new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", title),
                new XElement("style", Style)),
            new XElement("body",
                new XElement("h1", title),
                new XElement("p",
                    "The same guest ", study.Command is null
                        ? null
                        : new object[] { "running ", new XElement("code", study.Command), ", " },
                    "from power-on to its end, under each patch policy: what a policy replaces traps once and is no exit after that."),
                Hardware(study) is null
                    ? null
                    : new XElement("p", "Under vz nothing is replaced: the guest has the guest context of a virtualization module to itself, and the hypervisor is the root that the hardware exits to."),
                study.Policies.Select(policy => policy.OutputDifference).OfType<string>()
                    .Select(difference => new XElement("p", Class("warning"), difference)),
                Exits(study, instructions: true, "Instructions that exited",
                    "Instructions of the guest that the hypervisor carried out because of what they are. Patching is about these."),
                Exits(study, instructions: false, "Other exits",
                    "Those that are not about what an instruction is: devices, the TLBs, exceptions, interrupts. No patch takes their place."),
                Hardware(study),
                Sites(study, mostSites),
                Figures(study)));
        foreach (XText text in page.DescendantNodes().OfType<XText>())
            text.Value = Printable(text.Value);
        return $"<!DOCTYPE html>\n{page}\n";
    }

    private static XElement Exits(StudyFigures study, bool instructions, string heading, string explanation)
    {
        IReadOnlyList<Group> groups = Group.Of(StudyRows.Reasons(study, instructions));
        XElement section = new("section", new XElement("h2", heading), new XElement("p", explanation));
        if (groups.Count == 0)
        {
            section.Add(new XElement("p", "There were none."));
            return section;
        }
        section.Add(Legend(study, groups), ByReason(study, groups), OverTime(study, groups), Costs(study, groups));
        return section;
    }

    private static XElement? Hardware(StudyFigures study)
    {
        if (HardwareSavings.Of(study) is not { } answer)
            return null;
        XElement section = new("section", new XElement("h2", "What hardware would have saved"),
            new XElement("p", answer),
            new XElement(
                "p", "Under vz an access to a device is an exit for its guest physical address (GPA); in all columns it "
                + "is counted as the device's. Among the others are those that the translator and the clock need for "
                + "themselves, which are the same everywhere."));
        IReadOnlyList<Group> groups = Group.Of(HardwareSavings.Kinds(study), study);
        if (groups.Count > 0)
        {
            section.Add(Legend(study, groups), Figure("Exits by kind, without devices.", SvgChart.Bars(
                "Exits by kind, without devices, a bar for each policy", "exits",
                Stacks(study, groups, (_, reason) => [reason.Count]))));
        }
        return section;
    }

    private static XElement Legend(StudyFigures study, IReadOnlyList<Group> groups)
    {
        ILookup<string,
        string> counters = study.Policies.SelectMany(policy => policy.Reasons)
            .ToLookup(reason => reason.Reason, reason => reason.KvmCounter);
        string Kvm(Group group) =>
            counters[group.Name].FirstOrDefault("") is { Length: > 0 } counter && counter != group.Name
                ? $" (KVM: {counter})"
                : "";
        return new XElement(
            "ul", Class("legend"),
            groups.Select(group => new XElement("li", SvgChart.Key(group.Colour), group.Name + Kvm(group))));
    }

    private static XElement ByReason(StudyFigures study, IReadOnlyList<Group> groups) => Figure(
        "Exits by reason.",
        SvgChart.Bars(
            "Exits by reason, a bar for each policy", "exits", Stacks(study, groups, (_, reason) => [reason.Count])));

    private static XElement OverTime(StudyFigures study, IReadOnlyList<Group> groups)
    {
        // A policy's slices are longer by a power of two where the guest ran for longer.
        long slice = study.Policies.Max(policy => policy.InstructionsPerSlice);
        long instructions = study.Policies.Max(policy => policy.Instructions);
        SvgChart.Axis axis = new(
            "instructions that the guest has retired", (double)instructions / slice,
            SvgChart.Ticks(instructions, slice, 8), Gap: 0);
        return Figure(
            $"Exits over time. Each step is {StudyRows.Count(slice)} instructions of the guest.",
            SvgChart.Histograms(
                "Exits over time, for each policy", "exits in a step", axis, Stacks(study, groups, (policy, reason) =>
                [.. reason.OverTime.Chunk((int)(slice / policy.InstructionsPerSlice)).Select(part => part.Sum())])));
    }

    private static XElement? Costs(StudyFigures study, IReadOnlyList<Group> groups)
    {
        const int labels = 12;
        int[] classes = [.. study.Policies.SelectMany(policy => policy.Reasons)
            .Where(reason => groups.Any(group => group.Reasons.Contains(reason.Reason)))
            .SelectMany(reason => Enumerable.Range(0, reason.Costs.Count).Where(n => reason.Costs[n] > 0))];
        if (classes.Length == 0)
            return null;
        int first = classes.Min(), count = classes.Max() + 1 - first, each = count / labels + 1;
        SvgChart.Axis axis = new(
            "host time of an exit", count,
            [.. Enumerable.Range(0, count + 1).Where(n => n % each == 0).Select(n => ((double)n, Time(first + n)))],
            Gap: 0.1);
        return Figure(
            "What an exit cost. Each class goes to twice the time it begins with; exits that took no time of their own are in none.",
            SvgChart.Histograms(
                "Exits by the host time they took, for each policy", "exits in a class", axis,
                Stacks(study, groups, (_, reason) => [.. reason.Costs.Skip(first).Take(count)])));
    }

    private static XElement Sites(StudyFigures study, int most)
    {
        SiteFigures[] sites = [.. study.Sites.Take(most)];
        XElement Row(SiteFigures site) => new("tr",
            new XElement("th", new XAttribute("scope", "row"), Code(site.Pc)), new XElement("td", site.Symbol ?? ""),
            new XElement("td", Code(site.Before)), new XElement("td", site.Kvm is null ? "traps" : Code(site.Kvm)),
            new XElement("td", site.Full is null ? "traps" : Code(site.Full)),
            new XElement("td", Class("number"), StudyRows.Count(site.Executions)),
            new XElement("td", SvgChart.CellBar((double)site.Executions / sites[0].Executions)));
        return new XElement("section", new XElement("h2", "Hottest sites"),
            new XElement(
                "p", string.Create(
                    _invariant,
                    $"The {sites.Length:N0} instructions that trapped most, of {study.Sites.Count:N0}, and what stands for them under each policy.")),
            Table("sites", ["PC", "symbol", "before", "after (kvm)", "after (full)", "executions", ""],
                sites.Select(Row)));
    }

    private static XElement Figures(StudyFigures study)
    {
        XElement Row(StudyRow row) => new("tr",
            new XElement("th", new XAttribute("scope", "row"), row.IsPart ? Class("part") : null, row.Name),
            row.Values.Select(value => new XElement("td", Class("number"), value)));
        return new XElement("section", new XElement("h2", "All figures"),
            new XElement(
                "p", "The total time is that of runs in which nothing was counted by site or timed: "
                + "the machines went on in turn, a few milliseconds each, and each translated on its own time. "
                + "It need not fall by as much as the time in those exits: timing an exit means to look at the clock "
                + "twice, which is about half of what is then measured of a short one; an instruction that exits no "
                + "longer still has to be executed; and code with patches in it has to be translated again. "
                + "Under vz only the exits are the hardware's: what its guest context does without one, translated "
                + "code does here as with full patches, and what it takes is no measure of hardware."),
            Table("figures", ["", .. study.Policies.Select(policy => PatchStudy.TitleOf(policy.Policy))],
                StudyRows.Of(study).Select(Row)));
    }

    // A heading without a text would be none.
    private static XElement Table(string kind, IReadOnlyList<string> columns, IEnumerable<XElement> rows) =>
        Wide("table", kind == "sites" ? "the hottest sites" : "all figures", new XElement("table", Class(kind),
            new XElement(
                "thead", new XElement(
                    "tr", columns.Select(
                        column => column == ""
                            ? new XElement("td", "")
                            : new XElement("th", new XAttribute("scope", "col"), column)))),
            new XElement("tbody", rows)));

    private static XElement Figure(string caption, XElement chart) =>
        new("figure", new XElement("figcaption", caption), Wide("", caption, chart));

    /// <summary>
    /// What a narrow window does not show all of: it scrolls, by keys as well, its edge is dark where there is more,
    /// and a line says so.
    /// </summary>
    private static XElement Wide(string kind, string name, XElement content) => new("div",
        Class($"wide {kind}".TrimEnd()), new XAttribute("tabindex", "0"), new XAttribute("role", "region"),
        new XAttribute("aria-label", name), new XElement("p", Class("more"), "There is more to the right: scroll."),
        content);

    private static XElement Code(string text) => new("code", text);

    private static XAttribute Class(string name) => new("class", name);

    private static IReadOnlyList<SvgChart.Stack> Stacks(
        StudyFigures study, IReadOnlyList<Group> groups, Func<PolicyFigures, ReasonFigures,
        IReadOnlyList<long>> bins) =>
        [.. study.Policies.Select(
            policy => new SvgChart.Stack(policy.Policy, [.. groups.Select(group => new SvgChart.Layer(
            group.Name, group.Colour,
            Sum([.. policy.Reasons.Where(reason => group.Reasons.Contains(reason.Reason))
                .Select(reason => bins(policy, reason))])))]))];

    private static IReadOnlyList<long> Sum(IReadOnlyList<IReadOnlyList<long>> bins) =>
        [.. Enumerable.Range(0, bins.Select(values => values.Count).DefaultIfEmpty().Max())
            .Select(bin => bins.Sum(values => values[bin]))];

    private static string Time(int power)
    {
        double nanoseconds = Math.Pow(2, power);
        return nanoseconds switch
        {
            < 1e3 => string.Create(_invariant, $"{nanoseconds:0} ns"),
            < 1e6 => string.Create(_invariant, $"{nanoseconds / 1e3:0} µs"),
            < 1e9 => string.Create(_invariant, $"{nanoseconds / 1e6:0} ms"),
            _ => string.Create(_invariant, $"{nanoseconds / 1e9:0} s"),
        };
    }

    // What a guest says, or a file is called, may hold what neither XML nor HTML may.
    private static string Printable(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        Rune.IsControl(rune) && rune.Value != '\n' || rune.Value is 0xfffe or 0xffff ? Rune.ReplacementChar : rune));

    /// <summary>Reasons that share a colour.</summary>
    private sealed record Group(string Name, string Colour, IReadOnlyList<string> Reasons)
    {
        /// <summary>Those that there are of some kinds.</summary>
        public static IReadOnlyList<Group> Of(
            IReadOnlyList<(string Kind, IReadOnlyList<string> Reasons)> kinds, StudyFigures study)
        {
            HashSet<string> seen = [.. study.Policies.SelectMany(policy => policy.Reasons)
                .Select(reason => reason.Reason)];
            return [.. kinds.Select((kind, i) => new Group(kind.Kind, SvgChart.Palette[i], kind.Reasons))
                .Where(group => group.Reasons.Any(seen.Contains))];
        }

        /// <summary>The first few have one of their own.</summary>
        public static IReadOnlyList<Group> Of(IReadOnlyList<string> reasons)
        {
            int own = reasons.Count <= SvgChart.Palette.Count ? reasons.Count : SvgChart.Palette.Count - 1;
            IEnumerable<Group> named = reasons.Take(own)
                .Select((reason, i) => new Group(reason, SvgChart.Palette[i], [reason]));
            return own == reasons.Count
                ? [.. named]
                : [.. named, new Group($"{reasons.Count - own} others", SvgChart.Palette[^1], [.. reasons.Skip(own)])];
        }
    }
}
