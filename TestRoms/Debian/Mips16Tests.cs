using Dbt.Hypervisor;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>
/// Debian runs a program in half words as it runs the same in words: with signals in the midst of it, in a child that
/// faults, hot enough to be translated.
/// </summary>
[Trait("Needs", "guests")]
[Trait("Speed", "slow")]
public sealed class Mips16Tests
{
    private const string Programs = "/halves > /tmp/halves && /words > /tmp/words && cmp /tmp/halves /tmp/words && cat /tmp/halves";

    [SkippableFact]
    public void A_program_in_half_words_prints_what_its_twin_in_words_does()
    {
        GuestRun run = DebianGuest.Run(WithPrograms());

        Assert.Equal(StopReason.PoweredOff, run.End.Reason);
        Assert.Equal(0, CommandStatus.Parse(run.Status));
        // SIGFPE, without a core or with one.
        Assert.Matches("divided 8?8\r?\n", run.Output);
        Assert.EndsWith("done", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    private static Guest WithPrograms()
    {
        string linux = Path.Combine(Repository.Root, "TestRoms", "roms", "bin", "linux");
        return DebianGuest.WithFiles(
            Programs, new AddedFile(Path.Combine(linux, "halves.elf"), "halves"), new AddedFile(Path.Combine(linux, "words.elf"), "words"));
    }
}
