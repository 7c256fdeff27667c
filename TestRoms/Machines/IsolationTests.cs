using System.Security.Cryptography;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Machines;

/// <summary>A guest that tries to leave its machine does not come far.</summary>
[Trait("Speed", "slow")]
public sealed class IsolationTests
{
    [Theory]
    [InlineData("isolation", Engine.Interp, ByteOrder.Little, PatchPolicy.Full)]
    [InlineData("isolation", Engine.Dbt, ByteOrder.Little, PatchPolicy.Full)]
    [InlineData("isolation", Engine.Dbt, ByteOrder.Big, PatchPolicy.Vz)]
    [InlineData("hostile", Engine.Dbt, ByteOrder.Little, PatchPolicy.Full)]
    public void A_guest_that_touches_every_page_changes_nothing_of_its_neighbour(string rom, Engine engine, ByteOrder order, PatchPolicy patch)
    {
        MachineConfiguration kernel = GuestRun.Rom("kernel") with { Engine = engine };
        using VirtualMachine neighbour = new(kernel);
        neighbour.RunTo(300_000, CancellationToken.None);
        (byte[] Memory, MachineState State) before = Look(neighbour);

        GuestRun wild = GuestRun.Of(GuestRun.Rom(rom, order) with { CommandLine = "every", Engine = engine, Patch = patch });

        Assert.EndsWith("ROM-OK\r\n", wild.Console, StringComparison.Ordinal);
        (byte[] Memory, MachineState State) after = Look(neighbour);
        Assert.Equal(before.Memory, after.Memory);
        Assert.Empty(before.State.DifferencesTo(after.State));
        Assert.Equal(StopReason.PoweredOff, neighbour.Run(CancellationToken.None).Reason);
    }

    [Theory]
    [InlineData("ok kernel, empty TLB: nothing else")]
    [InlineData("ok user, the lower 2 GB: nothing else")]
    [InlineData("ok user, the upper 2 GB: nothing else")]
    [InlineData("ok kernel, the upper 2 GB: nothing else")]
    [InlineData("ok stores across the end of RAM: nothing beyond")]
    [InlineData("ok wild DMA changes no memory")]
    public void It_gets_exceptions_and_zeros_and_nothing_else(string check) =>
        Assert.Contains($"{check}\r\n", s_console.Value, StringComparison.Ordinal);

    [Theory]
    [InlineData(Engine.Interp)]
    [InlineData(Engine.Dbt)]
    public void With_KVM_s_patches_in_memory_its_kernel_mode_sees_the_register_page_besides_and_user_mode_nothing(Engine engine)
    {
        string console = GuestRun.Of(GuestRun.Rom("isolation") with { CommandLine = "every", Engine = engine, Patch = PatchPolicy.Kvm, PatchInMemory = true }).Console;

        // Four pages raise no refill: of loads, and of stores.
        Assert.Contains("FAIL kernel, empty TLB: refills of loads expected 000c0000 got 000bfffc\r\n", console, StringComparison.Ordinal);
        Assert.Contains("FAIL kernel, empty TLB: refills of stores expected 000c0000 got 000bfffc\r\n", console, StringComparison.Ordinal);
        Assert.Contains("ok user, the lower 2 GB: nothing else\r\n", console, StringComparison.Ordinal);
        Assert.Contains("ok user, the upper 2 GB: nothing else\r\n", console, StringComparison.Ordinal);
        Assert.Contains("ok wild DMA changes no memory\r\n", console, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("24Kf-vz-rad")]
    [InlineData("24Kf-vz-shared")]
    public void Guests_that_the_ASID_of_their_root_tells_apart_or_that_share_its_TLB_reach_no_page_but_their_own(string processor)
    {
        ProcessorModel model = ProcessorModel.All.Single(model => model.Name == processor);

        string console = GuestRun.Of(GuestRun.Rom("hostile") with { Processor = model }).Console;

        Assert.Contains("ok memory of root, of the other guest and of nobody is as it was\r\n", console, StringComparison.Ordinal);
        Assert.EndsWith("ROM-OK\r\n", console, StringComparison.Ordinal);
    }

    // The boot ROM lies behind RAM in host memory: the first thing a store that goes too far would hit.
    [Fact]
    public void The_memory_behind_its_RAM_stays_as_it_was()
    {
        using VirtualMachine machine = new(GuestRun.Rom("isolation"));
        int ram = (int)machine.Configuration.MemoryBytes;
        byte[] rom = machine.Ram.Slice((ulong)ram, (int)machine.Ram.Length - ram).ToArray();

        Assert.Equal(StopReason.PoweredOff, machine.Run(CancellationToken.None).Reason);

        Assert.True(machine.Ram.Slice((ulong)ram, rom.Length).SequenceEqual(rom));
    }

    private static readonly Lazy<string> s_console = new(() => GuestRun.Of(GuestRun.Rom("isolation")).Console);

    private static (byte[] Memory, MachineState State) Look(VirtualMachine machine) =>
        (SHA256.HashData(machine.Ram.Slice(0, (int)machine.Ram.Length)), MachineState.Of(machine, StopReason.InstructionLimit, new SerialDigest()));
}
