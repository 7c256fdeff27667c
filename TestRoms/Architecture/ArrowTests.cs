using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Dbt.TestRoms.Architecture;

/// <summary>
/// The house is as docs/architecture.md draws it: who uses whom, project by project and folder by folder.
/// </summary>
public sealed partial class ArrowTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));

    private static readonly Lazy<ILookup<string, (string From, string To, string Example)>> _arrows = new(FindArrows);

    public static TheoryData<string> Projects => new(ProductSource.Projects);

    [Fact]
    public void Each_project_references_the_one_below_it_and_no_other()
    {
        Assert.Empty(ReferencesOf("Translator/Translator.csproj"));
        Assert.Equal(["Translator"], ReferencesOf("Runtime/Runtime.csproj"));
        Assert.Equal(["Runtime"], ReferencesOf("Hypervisor/Hypervisor.csproj"));
        Assert.Equal(["Hypervisor"], ReferencesOf("tools/dbt/dbt.csproj"));
        Assert.Equal(["dbt"], ReferencesOf("TestRoms/TestRoms.csproj"));
        Assert.Equal(["dbt", "TestRoms"], ReferencesOf("perf/perf.csproj"));
    }

    [Theory]
    [Trait("Speed", "slow")]
    [MemberData(nameof(Projects))]
    public void The_folders_of_a_project_use_each_other_as_drawn(string project)
    {
        (string From, string To)[] drawn = [.. Drawn(project)],
        used = [.. _arrows.Value[project].Select(arrow => (arrow.From, arrow.To))];

        Assert.True(
            used.All(drawn.Contains),
            $"not drawn: {string.Join("; ", _arrows.Value[project].Where(arrow => !drawn.Contains((arrow.From, arrow.To))))}");
        Assert.True(drawn.All(used.Contains), $"drawn, but not there: {string.Join("; ", drawn.Except(used))}");
    }

    [Fact]
    public void Every_folder_of_a_project_is_drawn() => Assert.All(
        ProductSource.Files.GroupBy(file => ProjectOf(file.FilePath)),
        files => Assert.All(
            files.Select(file => FolderOf(file.FilePath)).Distinct().Where(folder => folder != ""),
            folder => Assert.Contains(folder, Section(files.Key), StringComparison.Ordinal)));

    [Fact]
    public void Nothing_of_the_runtime_and_the_hypervisor_knows_the_board_but_the_default_of_a_configuration()
    {
        string[] known =
        [
            .. ProductSource.All<IdentifierNameSyntax>()
                .Where(name => name.Node.Identifier.Text.Contains("Malta", StringComparison.Ordinal)
                    && (name.File.StartsWith("Runtime/", StringComparison.Ordinal)
                        || name.File.StartsWith("Hypervisor/", StringComparison.Ordinal))
                    && !name.File.StartsWith("Runtime/Boards/", StringComparison.Ordinal))
                .Select(name => name.File),
        ];

        Assert.Equal(["Hypervisor/MachineConfiguration.cs"], known);
    }

    private static string[] ReferencesOf(string project) =>
    [
        .. XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("ProjectReference")
            .Select(reference =>
                Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))),
    ];

    // A project's drawing stands under a heading with its name; the folder of the project itself is drawn as its name.
    private static string Section(string project) =>
        _page.Split($"\n### {project}/\n")[1].Split("\n### ")[0].Split("\n## ")[0];

    private static IEnumerable<(string From, string To)> Drawn(string project)
    {
        string root = project.Split('/')[^1];
        foreach (Match line in Arrow().Matches(Section(project)))
        {
            foreach (string to in line.Groups["to"].Value.Split('&', StringSplitOptions.TrimEntries))
                yield return (line.Groups["from"].Value is var from && from == root ? "" : from, to == root ? "" : to);
        }
    }

    // A name is looked at for what it means only where it may be the first that makes an arrow: binding all of the source takes long.
    private static ILookup<string, (string From, string To, string Example)> FindArrows()
    {
        ILookup<string, string> homes = Homes();
        Dictionary<(string Project, string From, string To), string> found = [];
        foreach (SyntaxTree file in ProductSource.Files)
        {
            string project = ProjectOf(file.FilePath), from = FolderOf(file.FilePath);
            bool IsNew(string home) => ProjectOf(home) == project && FolderOf(home) != from
                && !found.ContainsKey((project, from, FolderOf(home)));
            foreach (SimpleNameSyntax name in file.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (homes[name.Identifier.Text].Any(IsNew)
                    && HomeOf(ProductSource.Meaning(file).GetSymbolInfo(name).Symbol) is { } home && IsNew(home))
                    found.Add((project, from, FolderOf(home)), $"{ProductSource.PlaceOf(name)} uses {name.Identifier.Text}");
            }
        }
        return found.ToLookup(arrow => arrow.Key.Project, arrow => (arrow.Key.From, arrow.Key.To, arrow.Value));
    }

    // The files that declare types, and members that one type alone has, by name.
    private static ILookup<string, string> Homes() => ProductSource.All<MemberDeclarationSyntax>()
        .Select(member => (member.File, IsType: member.Node is BaseTypeDeclarationSyntax, Name: member.Node switch
        {
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            DelegateDeclarationSyntax type => type.Identifier.Text,
            MethodDeclarationSyntax method => method.Identifier.Text,
            PropertyDeclarationSyntax property => property.Identifier.Text,
            _ => "",
        }))
        .GroupBy(member => member.Name)
        .SelectMany(same => same.Count() == 1 ? same : same.Where(member => member.IsType))
        .ToLookup(member => member.Name, member => member.File);

    // The file that declares a type, or the type that has the member. Exceptions are for all.
    private static string? HomeOf(ISymbol? symbol)
    {
        ITypeSymbol? type = (symbol as ITypeSymbol ?? symbol?.ContainingType)?.OriginalDefinition;
        return type?.BaseType?.Name == nameof(Exception)
            ? null
            : type?.Locations.FirstOrDefault(place => place.IsInSource)?.SourceTree?.FilePath;
    }

    private static string ProjectOf(string path) =>
        ProductSource.Projects.First(project => path.StartsWith(project + "/", StringComparison.Ordinal));

    private static string FolderOf(string path) =>
        path[(ProjectOf(path).Length + 1)..].Split('/') is [var folder, _, ..] ? folder : "";

    [GeneratedRegex(@"^ +(?<from>\w+) --> (?<to>\w+(?: & \w+)*)\r?$", RegexOptions.Multiline)]
    private static partial Regex Arrow();
}
