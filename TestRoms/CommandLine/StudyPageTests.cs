using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Dbt.Tool.Study;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>The page that <c>dbt study --html</c> writes.</summary>
[Trait("Speed", "slow")]
public sealed class StudyPageTests
{
    private const int Sites = 20;

    private static readonly (string Output, string Html, StudyFigures Study) _written = Write();

    private readonly XElement _page = XDocument.Parse(_written.Html).Root!;

    [Fact]
    public void It_is_HTML_and_XML()
    {
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">\n", _written.Html, StringComparison.Ordinal);
        // HTML would not see the end of another one that is written as empty.
        Assert.All(
            _page.Descendants().Where(element => element.IsEmpty && !element.AncestorsAndSelf("svg").Any()),
            element => Assert.Equal("meta", element.Name.LocalName));
        // HTML takes a style as it is, without XML's references.
        Assert.DoesNotContain(_page.Descendants("style").Single().Value, character => character is '<' or '>' or '&');
    }

    [Fact]
    public void It_refers_to_nothing_outside_itself()
    {
        Assert.All((string[])["http", "//", "url(", "@import"], text => Assert.DoesNotContain(text, _written.Html, StringComparison.OrdinalIgnoreCase));
        Assert.All((string[])["src", "srcset", "href", "action", "data", "style"], name => Assert.Empty(_page.Descendants().Attributes(name)));
        Assert.All((string[])["script", "link", "base", "iframe", "img", "image", "use"], name => Assert.Empty(_page.Descendants(name)));
    }

    [Fact]
    public void What_is_wider_than_a_narrow_window_scrolls_and_says_so()
    {
        string style = _page.Descendants("style").Single().Value;
        XElement[] wide = [.. _page.Descendants().Where(element => Classes(element).Contains("wide"))];

        Assert.Equal(_page.Descendants("table").Count() + Charts("bars").Count + Charts("histograms").Count, wide.Length);
        Assert.All(
            _page.Descendants().Where(element => element.Name == "table" || Classes(element).Contains("chart")),
            element => Assert.Contains("wide", Classes(element.Parent!)));
        Assert.All(wide, element => Assert.Equal("0", element.Attribute("tabindex")?.Value));
        Assert.All(
            wide,
            element => Assert.Equal(
                "There is more to the right: scroll.",
                element.Elements("p").Single(hint => Classes(hint).Contains("more")).Value));
        Assert.Matches(@"\.wide \{ overflow-x: auto; background: .* local, .* scroll; \}", style);
        Assert.Matches(@"@media \(max-width: 40rem\) \{ \.more \{ display: block; \} \}", style);
    }

    [Fact]
    public void It_says_why_the_total_time_need_not_fall_as_the_time_in_exits_does() => Assert.Contains(
        _page.Descendants("p"),
        text => text.Value.Contains("need not fall by as much as the time in those exits", StringComparison.Ordinal));

    [Fact]
    public void Each_chart_shows_every_policy_once()
    {
        string[] policies = [.. _written.Study.Policies.Select(policy => policy.Policy)];

        Assert.Equal(3, Charts("bars").Count);
        Assert.Equal(4, Charts("histograms").Count);
        Assert.All([.. Charts("bars"), .. Charts("histograms")], chart => Assert.Equal(policies, chart.Elements("g").Select(group => group.Element("text")!.Value)));
    }

    [Theory]
    [InlineData("bars", 0, true)]
    [InlineData("bars", 1, false)]
    [InlineData("histograms", 0, true)]
    [InlineData("histograms", 2, false)]
    public void What_a_chart_shows_of_a_policy_are_all_its_exits(string kind, int index, bool instructions) => Assert.Equal(
        _written.Study.Policies.Select(policy => policy.Reasons.Where(reason => reason.IsInstruction == instructions).Sum(reason => reason.Count)),
        Charts(kind)[index].Elements("g").Select(group => group.Descendants("title").Sum(title => ExitsOf(title.Value))));

    [Fact]
    public void Its_last_bars_have_all_exits_but_those_of_devices_and_it_says_what_hardware_would_have_saved()
    {
        long[] exits = [.. _written.Study.Policies.Select(
            policy => policy.Reasons.Where(reason => !reason.Reason.StartsWith("mmio", StringComparison.Ordinal)).Sum(reason => reason.Count))];
        int hardware = _written.Study.Policies.Select(policy => policy.Policy).ToList().IndexOf("vz");

        Assert.Equal(exits, Charts("bars")[2].Elements("g").Select(group => group.Descendants("title").Sum(title => ExitsOf(title.Value))));
        string answer = Assert.Single(_written.Output.Split('\n'), line => line.StartsWith("What would the hardware have saved?", StringComparison.Ordinal));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{exits[0]:N0} times under none"), answer, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $" {exits[hardware]:N0} times under vz: "), answer, StringComparison.Ordinal);
        Assert.Contains(_page.Descendants("p"), text => text.Value == answer);
    }

    [Fact]
    public void Without_the_column_it_says_nothing_of_hardware()
    {
        StudyFigures without = _written.Study with { Policies = [.. _written.Study.Policies.Where(policy => policy.Policy != "vz")] };

        Assert.DoesNotContain("hardware would have saved", StudyPage.Of(without, Sites), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void The_costs_that_are_shown_are_those_of_all_exits_that_were_timed(int index, bool instructions) => Assert.Equal(
        _written.Study.Policies.Select(policy => policy.Reasons.Where(reason => reason.IsInstruction == instructions).Sum(reason => reason.Costs.Sum())),
        Charts("histograms")[index].Elements("g").Select(group => group.Descendants("title").Sum(title => ExitsOf(title.Value))));

    [Fact]
    public void A_bar_s_parts_follow_each_other_and_are_as_long_as_there_are_exits()
    {
        XElement[] parts = [.. Charts("bars")[0].Descendants("rect")];
        double unit = parts.Sum(part => Number(part, "width")) / parts.Sum(part => ExitsOf(part.Value));

        Assert.All(parts, part => Assert.Equal(unit * ExitsOf(part.Value), Number(part, "width"), 0.02));
        Assert.All(
            Charts("bars")[0].Elements("g").SelectMany(bar => bar.Elements("rect").Zip(bar.Elements("rect").Skip(1))),
            pair => Assert.Equal(Number(pair.First, "x") + Number(pair.First, "width"), Number(pair.Second, "x"), 0.02));
    }

    [Fact]
    public void Its_table_is_the_one_that_the_command_prints()
    {
        string[] printed = [.. _written.Output.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        string[][] rows = [.. Rows("figures")];

        Assert.Equal(StudyRows.Of(_written.Study).Count, rows.Length);
        Assert.All(rows, row => Assert.Contains(string.Join(' ', row), printed));
    }

    [Fact]
    public void It_lists_the_hottest_sites_before_and_after() => Assert.Equal(
        _written.Study.Sites.Take(Sites).Select(site => (string[])
            [site.Pc, site.Symbol ?? "", site.Before, site.Kvm ?? "traps", site.Full ?? "traps", site.Executions.ToString("N0", CultureInfo.InvariantCulture), ""]),
        Rows("sites"));

    [Fact]
    public void What_a_guest_says_stays_text()
    {
        const string tag = "</title></style><script>alert(1)</script>";
        StudyFigures hostile = _written.Study with
        {
            Guest = tag,
            Command = "printf '\u001b[1m\ud800\uffff😀' ]]> &amp;",
            Policies = [.. _written.Study.Policies.Select(policy => policy with { OutputDifference = $"'\0{tag}\u0085' and nothing" })],
            Sites = [.. _written.Study.Sites.Select(site => site with { Symbol = tag, Before = tag })],
        };

        XElement page = XDocument.Parse(StudyPage.Of(hostile, Sites)).Root!;

        Assert.Equal(NamesIn(_page), NamesIn(page));
        Assert.Equal($"dbt study {tag}", page.Descendants("title").First().Value);
        Assert.Equal("printf '�[1m��😀' ]]> &amp;", page.Descendants("p").First().Element("code")!.Value);
        Assert.Equal(hostile.Policies.Count, page.Descendants("p").Count(text => text.Value == $"'�{tag}�' and nothing"));
    }

    [Fact]
    public void Slices_of_different_length_are_brought_to_the_longest()
    {
        PolicyFigures last = _written.Study.Policies[^1];
        StudyFigures finer = _written.Study with
        {
            Policies =
            [
                .. _written.Study.Policies.SkipLast(1),
                last with
                {
                    InstructionsPerSlice = last.InstructionsPerSlice / 2,
                    Reasons = [.. last.Reasons.Select(reason => reason with { OverTime = [.. reason.OverTime.SelectMany(exits => (long[])[exits - exits / 3, exits / 3])] })],
                },
            ],
        };

        Assert.Equal(_written.Html, StudyPage.Of(finer, Sites));
    }

    [Fact]
    public void A_guest_without_exits_has_a_page_without_charts()
    {
        StudyFigures quiet = _written.Study with { Policies = [.. _written.Study.Policies.Select(policy => policy with { Reasons = [] })], Sites = [] };

        XElement page = XDocument.Parse(StudyPage.Of(quiet, Sites)).Root!;

        Assert.Empty(page.Descendants("svg"));
        Assert.Equal(2, page.Descendants("p").Count(text => text.Value == "There were none."));
    }

    [Theory]
    [InlineData("--html")]
    [InlineData("--json")]
    public void A_file_that_cannot_be_written_is_refused_before_the_guest_runs(string option)
    {
        (int status, string output, string errors) = DbtProcess.Run("study", "exceptions", option, Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString(), "file"));

        Assert.Equal(Tool.CommandLine.UsageStatus, status);
        Assert.Empty(output);
        Assert.StartsWith($"dbt: cannot write {option} '", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    private static (string Output, string Html, StudyFigures Study) Write()
    {
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            string html = Path.Combine(folder, "study.html"), json = Path.Combine(folder, "study.json");
            (int status, string output, string _) = DbtProcess.Run("study", "exceptions", "--html", html, "--json", json);
            Assert.Equal(0, status);
            return (output, File.ReadAllText(html), JsonSerializer.Deserialize<StudyFigures>(File.ReadAllText(json), JsonSerializerOptions.Web)!);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private List<XElement> Charts(string kind) => [.. _page.Descendants("svg").Where(chart => (string?)chart.Attribute("class") == $"chart {kind}")];

    private static string[] Classes(XElement element) => ((string?)element.Attribute("class") ?? "").Split(' ');

    private IEnumerable<string[]> Rows(string kind) => _page.Descendants("table").Single(table => (string?)table.Attribute("class") == kind)
        .Element("tbody")!.Elements("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray());

    private static IEnumerable<string> NamesIn(XElement page) => page.Descendants().Select(element => element.Name.LocalName).Distinct().Order();

    private static long ExitsOf(string title) => long.Parse(title.AsSpan(title.LastIndexOf(' ')), NumberStyles.AllowThousands | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);

    private static double Number(XElement shape, string attribute) => (double)shape.Attribute(attribute)!;
}
