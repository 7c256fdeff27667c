using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace Dbt.TestRoms.Architecture;

/// <summary>
/// Nothing in the product is so large that one has to scroll to understand it. The instruction table is data, and may
/// be.
/// </summary>
public sealed class SizeTests
{
    private const int MostLines = 500, MostColumns = 120, MostLinesOfMethod = 60, MostParameters = 6;

    private static readonly string[] s_table =
        ["Translator/Instructions/InstructionTable.cs", "Translator/Instructions/InstructionTable.Mips16.cs"];

    [Fact]
    public void No_file_but_the_instruction_table_has_more_than_500_lines() => AssertNone(
        from file in ProductSource.Files
        where !s_table.Contains(file.FilePath)
        let lines = file.GetText().Lines.Count
        where lines > MostLines + 1
        select $"{file.FilePath}: {lines}");

    [Fact]
    public void No_method_has_more_than_60_lines() => AssertNone(
        from method in ProductSource.All<SyntaxNode>()
        where method.Node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let span = method.Node.GetLocation().GetLineSpan()
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > MostLinesOfMethod
        select $"{ProductSource.PlaceOf(method.Node)}: {lines}");

    [Fact]
    public void No_constructor_takes_more_than_6_arguments() => AssertNone(
        from declaration in ProductSource.All<SyntaxNode>()
        let parameters = declaration.Node switch
        {
            ConstructorDeclarationSyntax constructor => constructor.ParameterList,
            TypeDeclarationSyntax type => type.ParameterList,
            _ => null,
        }
        where parameters?.Parameters.Count > MostParameters
        select $"{ProductSource.PlaceOf(declaration.Node)}: {parameters.Parameters.Count}");

    [Fact]
    public void No_line_but_those_of_the_table_goes_beyond_column_120_unless_a_text_does() => AssertNone(
        from file in ProductSource.Files
        where !s_table.Contains(file.FilePath)
        from line in file.GetText().Lines
        where line.Span.Length > MostColumns && !IsText(file, line)
        select $"{file.FilePath}:{line.LineNumber + 1}: {line.Span.Length}");

    // What a person reads stays in one piece.
    private static bool IsText(SyntaxTree file, TextLine line)
    {
        SyntaxToken token = file.GetRoot().FindToken(line.Start + MostColumns);
        return token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken)
            || token.Parent?.AncestorsAndSelf().Any(node => node is InterpolatedStringExpressionSyntax) == true;
    }

    private static void AssertNone(IEnumerable<string> found)
    {
        string[] all = [.. found];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
