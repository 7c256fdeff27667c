using Xunit;

namespace Dbt.TestRoms.Privileged;

/// <summary>The figure of docs/shrinking-pages.md is what the ROM shrinking does.</summary>
public sealed class ShrinkingFigureTests
{
    private const string Record = "DBT_RECORD=1 dotnet test TestRoms --filter FullyQualifiedName~ShrinkingFigureTests";

    private static readonly IReadOnlyList<ShrinkingTrace.Step> _steps = ShrinkingTrace.Record();

    [Fact]
    public void The_figure_is_what_the_ROM_does()
    {
        string path = Path.Combine(Repository.Root, "docs", "shrinking-pages.svg"), figure = ShrinkingFigure.Of(_steps);
        if (Environment.GetEnvironmentVariable("DBT_RECORD") is not null)
            File.WriteAllText(path, figure);
        else
            Assert.True(File.ReadAllText(path).ReplaceLineEndings("\n") == figure.ReplaceLineEndings("\n"), $"{path} is out of date: {Record}");
    }

    [Fact]
    public void A_guest_is_interrupted_in_its_handler_loses_the_entry_and_then_enters_smaller_pages()
    {
        ShrinkingTrace.Step exception = _steps[0];
        ShrinkingTrace.Step taken = _steps.First(step => step.Guest != exception.Guest && step.Kind == ShrinkingTrace.Event.Instruction);
        Assert.Equal((ShrinkingTrace.Event.Exception, exception.Guest), (exception.Kind, exception.Entry.GuestId));
        Assert.Equal((exception.Index, 3 - exception.Guest), (taken.Index, taken.Entry.GuestId));
        Assert.Contains(_steps, step => step.Text == "TLBP finds none");
        Assert.Equal(4096u, _steps[^1].PageBytes);
        Assert.True(_steps.Count(step => step.Guest == exception.Guest && step.Kind == ShrinkingTrace.Event.Exception) > 2, "it misses the same page again");
    }
}
