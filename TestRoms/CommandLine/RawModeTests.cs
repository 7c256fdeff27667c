using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>The mode of the terminal while dbt has it, and afterwards.</summary>
[Trait("Speed", "slow")]
public sealed class RawModeTests
{
    private const string Prompt = "$ ", Leave = "\u0001x", After = "stty -a";

    // What stty says of a line that is edited and echoed.
    private const string Edited = " icanon", Echoed = " echo ";

    [SkippableTheory]
    [InlineData("TSTP")]
    [InlineData("STOP")]
    public void When_it_was_stopped_and_goes_on_keys_go_to_the_guest_again(string signal)
    {
        using TerminalProcess dbt = new("run kernel", After);
        dbt.WaitFor(Prompt);
        Assert.True(dbt.IsRaw);

        dbt.Send(signal);
        dbt.WaitUntil(() => dbt.IsStopped);
        if (signal == "TSTP")
            Assert.False(dbt.IsRaw);
        // That is what a shell does.
        dbt.Stty("sane");
        dbt.Send("CONT");

        dbt.WaitUntil(() => dbt.IsRaw);
        dbt.Press(Leave);
        dbt.WaitFor(Edited);
        dbt.WaitFor(Echoed);
    }

    [SkippableTheory]
    [InlineData("WINCH")]
    [InlineData("CHLD")]
    [InlineData("CONT")]
    public void Whoever_changes_the_mode_meanwhile_it_is_raw_again(string signal)
    {
        using TerminalProcess dbt = new("run kernel", After);
        dbt.WaitFor(Prompt);

        dbt.Stty("sane");
        dbt.Send(signal);

        dbt.WaitUntil(() => dbt.IsRaw);
        dbt.Press(Leave);
        dbt.WaitFor(Edited);
    }

    [SkippableTheory]
    [InlineData("USR1", 10)]
    [InlineData("ALRM", 14)]
    [InlineData("HUP", 1)]
    public void A_signal_that_ends_it_gives_the_terminal_back(string signal, int number)
    {
        using TerminalProcess dbt = new("run kernel", $"echo status $?; {After}");
        dbt.WaitFor(Prompt);

        dbt.Send(signal);

        dbt.WaitFor($"status {128 + number}");
        dbt.WaitFor(Edited);
        dbt.WaitFor(Echoed);
    }
}
