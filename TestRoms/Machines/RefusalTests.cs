using Dbt.Hypervisor;
using Dbt.Runtime.Translation;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>A region that cannot be compiled is left to threaded code, as right and slower: a bug that no output shows.</summary>
public sealed class RefusalTests
{
    private const long Enough = 30_000_000;

    public static TheoryData<string> Roms => new(EmbeddedRoms.Names);

    [Theory]
    [MemberData(nameof(Roms))]
    public void The_compiler_refuses_no_region_of_any_rom(string rom)
    {
        using VirtualMachine machine = new(GuestRun.Rom(rom) with
        {
            Engine = Engine.Dbt,
            JitThreshold = 2,
            TranslateInBackground = false,
            InstructionLimit = Enough,
        });

        machine.Run(default);

        TranslationStatistics translation = machine.Cpu.Translation!;
        Assert.True(translation.Requested > 0);
        Assert.Equal(0, translation.Refused);
    }
}
