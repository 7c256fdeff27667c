using Xunit;

namespace Dbt.TestRoms.Conformance;

/// <summary>Whoever ends a conformance run early has the verdict on what was tried until then.</summary>
public sealed class PartRunTests
{
    [Fact]
    public void A_run_tells_after_each_note_what_is_new_and_keeps_all_that_was_found()
    {
        List<string> told = [];
        PartRun run = new((part, found) => told.Add($"{part.SoFar.Tried}: {string.Join(", ", found)}"));
        run.Note("1 program");
        run.Note("2 programs", "one", "two");
        run.Note("3 programs", "three");
        Assert.Equal(["1 program: ", "2 programs: one, two", "3 programs: three"], told);
        Assert.Equal("3 programs", run.SoFar.Tried);
        Assert.Equal(["one", "two", "three"], run.SoFar.Differences);
    }

    [Fact]
    public void What_is_found_when_all_was_tried_is_added_to_what_was_tried()
    {
        PartRun run = new((_, _) => { });
        run.Note("3 programs", "one");
        run.Find("two");
        Assert.Equal("3 programs", run.SoFar.Tried);
        Assert.Equal(["one", "two"], run.SoFar.Differences);
    }
}
