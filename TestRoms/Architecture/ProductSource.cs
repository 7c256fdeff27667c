using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Dbt.TestRoms.Architecture;

/// <summary>The source of the product, all projects together, as Roslyn reads it.</summary>
internal static class ProductSource
{
    // What the SDK imports without being asked.
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Threading; global using System.Threading.Tasks;";

    private static readonly Lazy<CSharpCompilation> _compilation = new(Compile);

    /// <summary>The projects, from the lowest to the highest, by their folders.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        ["Translator", "Runtime", "Hypervisor", "tools/dbt", "perf"];

    /// <summary>The files, each with its path from the root.</summary>
    public static IReadOnlyList<SyntaxTree> Files { get; } = [.. Projects.SelectMany(Parse)];

    /// <summary>What a name in a file stands for.</summary>
    public static SemanticModel Meaning(SyntaxTree file) => _compilation.Value.GetSemanticModel(file);

    /// <summary>The declarations of one kind, with the files they are in.</summary>
    public static IEnumerable<(string File, T Node)> All<T>() where T : SyntaxNode =>
        Files.SelectMany(file => file.GetRoot().DescendantNodes().OfType<T>().Select(node => (file.FilePath, node)));

    /// <summary>A place for a message: <c>Runtime/Bus/AddressSpace.cs:17</c>.</summary>
    public static string PlaceOf(SyntaxNode node) =>
        $"{node.SyntaxTree.FilePath}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    private static IEnumerable<SyntaxTree> Parse(string project)
    {
        string[] built = [$"{project}/bin/", $"{project}/obj/"];
        return Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')))
            .Where(file => !built.Any(folder => file.Name.StartsWith(folder, StringComparison.Ordinal)))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file.Path), path: file.Name));
    }

    private static CSharpCompilation Compile()
    {
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return CSharpCompilation.Create(
            "product",
            [.. Files, CSharpSyntaxTree.ParseText(ImplicitUsings)],
            assemblies.Where(path => !Path.GetFileName(path).StartsWith("Dbt.", StringComparison.Ordinal))
                .Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }
}
