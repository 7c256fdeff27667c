using System.Text.Json;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Inspection;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary><c>dbt inspect</c> shows what is there, at the same instruction under every engine.</summary>
public sealed class InspectTests
{
    private const uint UserPage = 0x0040_0000, KernelPage = 0xc000_0000, Ram = 0x8020_0000;

    [Theory]
    [InlineData("kernel", 5_000_000, Engine.Threaded)]
    [InlineData("kernel", 5_000_000, Engine.Dbt)]
    [InlineData("kernel", 20_000_003, Engine.Dbt)]
    [InlineData("tlb", 77_777, Engine.Dbt)]
    public void The_same_instruction_is_the_same_place_under_every_engine(string rom, long instructions, Engine engine)
    {
        MachineView reference = View(rom, instructions, Engine.Interp), view = View(rom, instructions, engine);

        Assert.InRange(view.Instructions, instructions, instructions + 1);
        Assert.Equal((reference.Instructions, reference.GuestNanoseconds, reference.Pc, reference.End), (view.Instructions, view.GuestNanoseconds, view.Pc, view.End));
        Assert.Equal(reference.Registers, view.Registers);
        Assert.Equal(reference.Cop0, view.Cop0);
        Assert.Equal(reference.Tlb, view.Tlb);
        Assert.Equal(reference.Pmap, view.Pmap);
    }

    [Theory]
    [Trait("Speed", "slow")]
    [InlineData(0, false)]
    [InlineData(64, false)]
    [InlineData(0, true)]
    public void Everything_in_the_shadow_TLB_is_what_the_other_stages_say(int secondLevel, bool pageTables)
    {
        using VirtualMachine machine = new(GuestRun.Rom("kernel") with { SecondLevelTlb = secondLevel, ShadowPageTables = pageTables });
        int seen = 0;
        for (long limit = 1_000_000; limit < 40_000_000; limit += 1_999_993)
        {
            machine.RunTo(limit, default);
            for (int space = 0; space < 256 * ShadowTlb.Modes; space++)
            {
                (int asid, int mode) = (space / ShadowTlb.Modes, space % ShadowTlb.Modes);
                foreach ((uint address, nint host, bool writable) in machine.Cpu.Memory.Shadow.Existing(asid, mode)?.Entries ?? [])
                {
                    AddressWalk walk = machine.Cpu.Memory.Walker.Walk(address, asid, (OperatingMode)mode);
                    Assert.True(walk is { IsTranslated: true, Page.IsPresent: true, ShadowLoads: true }, $"0x{address:x8} is in the shadow TLB, and {walk}");
                    Assert.Equal(machine.Ram.HostPage(walk.Page.Frame), host);
                    Assert.True(!writable || walk is { Writable: true, Page.IsWritable: true } && machine.Ram.Guard[walk.Page.Frame] == GuardReason.None, $"stores to 0x{address:x8} go through, and {walk}");
                    seen++;
                }
            }
        }
        Assert.True(seen > 1000, $"{seen} entries seen");
    }

    [Fact]
    public void A_walk_shows_the_three_stages_and_what_a_change_of_one_does_to_the_others()
    {
        using VirtualMachine machine = new(GuestRun.Rom("pmap"));
        RunResult at = machine.Result(machine.RunTo(1_000_000, default));
        uint[] addresses = [UserPage + 4, KernelPage, 0x8020_0000, 0xb800_0000, 0x1000_0000, 0xbfc0_0000];

        IReadOnlyList<WalkView> walks = MachineView.Of(machine, at, addresses).Walks;
        Assert.Equal(Walk("0x00400004", "guest TLB", 0, "0x80200004", true, "ram", "0x00200004", "none", "loads and stores"), walks[0]);
        Assert.Equal(Walk("0xc0000000", "guest TLB", 1, "0x80200000", true, "ram", "0x00200000", "none", "loads and stores"), walks[1]);
        Assert.Equal(("unmapped segment", "0x00200000"), (walks[2].By, walks[2].Real));
        Assert.Equal(Walk("0xb8000000", "unmapped segment", null, "0x18000000", true, "pci0-io", null, null, "nothing"), walks[3]);
        Assert.Equal(Walk("0x10000000", "TLB refill", null, null, false, null, null, null, "nothing"), walks[4]);
        Assert.Equal(("rom", "0x04000000"), (walks[5].What, walks[5].Real));

        machine.Remap(Ram, 0x2800);
        walks = MachineView.Of(machine, at, addresses).Walks;
        Assert.Equal(("0x80200004", "0x02800004", "nothing"), (walks[0].Physical, walks[0].Real, walks[0].Shadow));
        Assert.Equal("0x00200000", walks[2].Real);
    }

    [Fact]
    public void The_page_counts_add_up_to_the_RAM()
    {
        using VirtualMachine machine = new(GuestRun.Rom("hypercalls") with { TracedPages = [0x0030_0000] });
        PagesView pages = MachineView.Of(machine, machine.Run(default), []).Pages;

        Assert.Equal(machine.Memory.Frames, pages.Private + pages.Shared + pages.Zero + pages.Ballooned);
        Assert.True(pages is { Ballooned: > 0, Traced: 1, Code: > 0 });
    }

    [Fact]
    public void The_command_prints_what_it_writes_as_JSON()
    {
        string file = Path.GetTempFileName();
        try
        {
            (int status, string output, string errors) = DbtProcess.Run("inspect", "pmap", "--insns", "1M", "--engine", "interp", "--l2tlb", "16", "--walk", "0x400000,80200000", "--json", file);

            Assert.Equal((0, ""), (status, errors));
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
            JsonElement root = json.RootElement;
            Assert.Equal(1_000_000, root.GetProperty("instructions").GetInt64());
            Assert.Equal(16, root.GetProperty("tlb").GetArrayLength());
            Assert.Equal(0, root.GetProperty("secondLevelTlb").GetArrayLength());
            foreach (JsonElement register in root.GetProperty("registers").EnumerateArray().Concat(root.GetProperty("cop0").EnumerateArray()))
                Assert.Contains($"{register.GetProperty("name").GetString()!.TrimEnd()} ", output, StringComparison.Ordinal);
            foreach (JsonElement entry in root.GetProperty("shadow").EnumerateArray().SelectMany(space => space.GetProperty("entries").EnumerateArray()))
                Assert.Contains($"{entry.GetProperty("virtual")} -> {entry.GetProperty("physical")} -> {entry.GetProperty("real")}", output, StringComparison.Ordinal);
            Assert.Equal(["0x00400000", "0x80200000"], root.GetProperty("walks").EnumerateArray().Select(walk => walk.GetProperty("virtual").GetString()));
            Assert.Contains("walk of 0x00400000\n  guest:      guest TLB, entry 0 -> 0x80200000, loads and stores", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static MachineView View(string rom, long instructions, Engine engine)
    {
        using VirtualMachine machine = new(GuestRun.Rom(rom) with { Engine = engine });
        return MachineView.Of(machine, machine.Result(machine.RunTo(instructions, default)), []);
    }

    private static WalkView Walk(
        string address, string by, int? index, string? physical, bool writable, string? what, string? real, string? guards, string shadow) => new()
        {
            Virtual = address,
            By = by,
            TlbIndex = index,
            Physical = physical,
            Writable = writable,
            What = what,
            Real = real,
            Guards = guards,
            Shadow = shadow,
        };
}
