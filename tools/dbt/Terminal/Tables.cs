using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dbt.Tool.Terminal;

/// <summary>
/// Prints tables as wide as the terminal, but no number is broken in two: a terminal that is too narrow has to fold
/// lines. A file or a pipe has no width.
/// </summary>
internal static class Tables
{
    private const int Unbounded = 500;

    /// <summary>Prints one on standard output.</summary>
    public static void Print(IRenderable table) => Print(table, Console.Out);

    /// <summary>Prints one on standard output or standard error.</summary>
    public static void Print(IRenderable table, TextWriter to) =>
        Print(table, to, to == Console.Error ? Console.IsErrorRedirected : Console.IsOutputRedirected);

    /// <summary>Prints one on standard error.</summary>
    public static void PrintAsError(IRenderable table) => Print(table, Console.Error);

    /// <summary>Prints one.</summary>
    internal static void Print(IRenderable table, TextWriter to, bool isRedirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(to) });
        foreach (TableColumn numbers in (table as Table)?.Columns.Where(column => column.Alignment == Justify.Right)
            ?? [])
            numbers.NoWrap();
        int least = table.Measure(RenderOptions.Create(console, console.Profile.Capabilities), Unbounded).Min;
        console.Profile.Width = isRedirected ? Unbounded : Math.Max(console.Profile.Width, least);
        console.Write(table);
    }
}
