using Dbt.Hypervisor;
using Dbt.Runtime.Translation;
using Dbt.Tool.Guests;
using Dbt.Tool.Inspection;
using Xunit;

namespace Dbt.TestRoms.Lockstep;

/// <summary>What became of guest code can be read in all three languages.</summary>
public sealed class FragmentReportTests
{
    [Fact]
    public void A_fragment_is_shown_as_guest_code_IL_and_host_code()
    {
        using VirtualMachine machine = new(new MachineConfiguration
        {
            Kernel = EmbeddedRoms.Load("bench-crc")!.Kernel,
            KernelName = "bench-crc",
            Engine = Engine.Dbt,
            TranslateInBackground = false,
        });
        Fragment? fragment = null;
        for (long limit = 10_000; fragment is null; limit += 10_000)
        {
            Assert.Equal(StopReason.InstructionLimit, machine.RunTo(limit, CancellationToken.None));
            fragment = machine.Cpu.Engine.Translations!.FindFragments(machine.Cpu.Pc) is [var first, ..] ? first : null;
        }
        using StringWriter output = new();

        FragmentReport.Print(output, fragment, machine.Cpu.Pc);

        string report = output.ToString();
        Assert.Contains($"-> 0x{machine.Cpu.Pc:x8}", report, StringComparison.Ordinal);
        Assert.Contains("ldarg.0", report, StringComparison.Ordinal);
        Assert.Contains("calli        IntPtr(IntPtr, IntPtr)", report, StringComparison.Ordinal);
        if (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64)
            Assert.Contains("  ret", report, StringComparison.Ordinal);
    }
}
