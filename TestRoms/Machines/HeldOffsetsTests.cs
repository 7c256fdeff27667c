using System.Text;
using Dbt.Hypervisor;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>A user's loop holds what leads to the host where the pages it is on change too often.</summary>
public sealed class HeldOffsetsTests
{
    [Fact]
    public void A_loop_that_is_on_another_page_each_time_holds_what_leads_from_both_to_the_host()
    {
        MachineConfiguration configuration = GuestRun.Rom("spans") with { JitThreshold = 50, TranslateInBackground = false, HoldOffsets = true };
        using VirtualMachine machine = new(configuration);
        StringBuilder console = new();
        machine.SerialOutput += (_, value) => console.Append((char)value);
        HashSet<BaseExpectation> expectations = [];

        while (machine.RunTo(machine.Cpu.Time.Retired + 10_000, CancellationToken.None) == StopReason.InstructionLimit)
        {
            expectations.UnionWith(
                machine.Cpu.Engine.Translations!.Fragments.Where(IsOfTheLoop).Select(fragment => fragment.Context.Bases));
        }

        Assert.Contains(BaseExpectation.HeldOffsets, expectations);
        Assert.DoesNotContain(BaseExpectation.OnePage, expectations);
        Assert.EndsWith("ROM-OK\n", console.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);

        // User code runs where it is in physical memory.
        bool IsOfTheLoop(Fragment fragment) =>
            machine.SymbolAt(fragment.Key.Pc | 0x8000_0000)!.StartsWith("from_page_to_page", StringComparison.Ordinal);
    }
}
