using Dbt.Hypervisor;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Firmware;

/// <summary>Debian's U-Boot for a Malta, started in flash.</summary>
public sealed class UBootTests
{
    /// <summary>Where Debian has it.</summary>
    public const string Image = "/usr/lib/u-boot/maltael/u-boot.bin";

    private const string Prompt = "maltael # ";

    [SkippableTheory]
    [InlineData(Engine.Dbt)]
    [InlineData(Engine.Threaded)]
    public void It_comes_to_its_prompt_and_keeps_its_environment_in_flash(Engine engine)
    {
        MachineConfiguration guest = Guest() with { Engine = engine };
        using FirmwareSession first = new(guest);

        string start = first.Until(Prompt);
        Assert.Contains("Board: MIPS Malta CoreLV", start, StringComparison.Ordinal);
        Assert.Contains("Flash: 4 MiB", start, StringComparison.Ordinal);
        Assert.Contains("bad CRC, using default environment", start, StringComparison.Ordinal);
        Assert.Contains("U-Boot 20", first.Say("version", Prompt), StringComparison.Ordinal);
        first.Say("setenv kept 42", Prompt);
        Assert.EndsWith("\nOK\n" + Prompt, first.Say("saveenv", Prompt), StringComparison.Ordinal);

        using FirmwareSession second = new(guest with { Flash = first.Machine.Board.Flash.Contents.ToArray() });
        Assert.Contains("Loading Environment from Flash... OK", second.Until(Prompt), StringComparison.Ordinal);
        Assert.Contains("\nkept=42\n", second.Say("printenv kept", Prompt), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void It_finds_memory_as_it_writes_it_and_resets_the_board()
    {
        using FirmwareSession session = new(Guest());
        session.Until(Prompt);

        session.Say("mw.b 80800000 a5 10000", Prompt);
        Assert.Contains("==> fdb5742b", session.Say("crc32 80800000 10000", Prompt), StringComparison.Ordinal);
        Assert.Contains("a0800000: a5a5a5a5 a5a5a5a5", session.Say("md.l a0800000 2", Prompt), StringComparison.Ordinal);

        foreach (char letter in "reset\n")
            session.Machine.SendToSerial(0, (byte)letter);
        Assert.Equal(StopReason.Reset, session.Machine.RunTo(session.Machine.Cpu.Time.Retired + 100_000_000, CancellationToken.None));
    }

    private static MachineConfiguration Guest()
    {
        Skip.If(!File.Exists(Image), "needs Debian's package u-boot-qemu");
        return new MachineConfiguration
        {
            Kernel = FirmwareImage.AsElf(File.ReadAllBytes(Image), "u-boot.bin", null),
            KernelName = "u-boot.bin",
            StartsInFlash = true,
        };
    }
}
