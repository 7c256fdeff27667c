using Dbt.Tool.Guests;
using Dbt.Tool.Terminal;
using Spectre.Console;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>Tables, on terminals of any width and elsewhere.</summary>
public sealed class TablesTests
{
    [Fact]
    public void No_number_is_broken_however_narrow_the_terminal_is()
    {
        string[] numbers = [.. Enumerable.Range(1, 20).Select(i => $"{i},123,456,789")];
        Table table = new Table().AddColumns([.. numbers.Select(_ => new TableColumn("a heading").RightAligned())]).AddRow(numbers);
        using StringWriter output = new();

        Tables.Print(table, output, isRedirected: false);

        Assert.Single(output.ToString().Split('\n'), line => numbers.All(number => line.Contains(number, StringComparison.Ordinal)));
    }

    [Fact]
    public void In_a_pipe_a_row_is_a_line()
    {
        (_, string output, _) = DbtProcess.Run("guests");

        Assert.All(EmbeddedRoms.Names, rom => Assert.Single(output.Split('\n'), line =>
            line.TrimStart().StartsWith(rom + " ", StringComparison.Ordinal) && line.Contains(EmbeddedRoms.Describe(rom), StringComparison.Ordinal)));
    }

    [Fact]
    public void A_guest_may_be_called_what_looks_like_markup()
    {
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            string path = Path.Combine(folder, "rom[red].elf");
            File.WriteAllBytes(path, EmbeddedRoms.Load("timer")!.Kernel.ToArray());

            (int status, _, string errors) = DbtProcess.Run("machines", path, "--stats");

            Assert.Equal(0, status);
            Assert.Contains(" rom[red].elf ", errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
