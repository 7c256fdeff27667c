using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>The file behind the flash.</summary>
public sealed class FlashFileTests : IDisposable
{
    private const int Bytes = 4 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    private string Flash => Path.Combine(_folder, "flash");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void One_that_is_not_there_is_made_erased()
    {
        using (FlashFile file = FlashFile.Open(Flash, _ => false))
            Assert.False(file.Contents.AsSpan().ContainsAnyExcept((byte)0xff));

        Assert.Equal(Bytes, new FileInfo(Flash).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_changes_is_written_at_once_in_the_file_s_own_order(bool isTurned)
    {
        byte[] before = new byte[Bytes];
        for (int i = 0; i < 64; i++)
            before[i] = (byte)i;
        File.WriteAllBytes(Flash, before);
        using FlashFile file = FlashFile.Open(Flash, _ => isTurned);
        byte[] contents = file.Contents.ToArray();
        Assert.Equal(isTurned ? new byte[] { 3, 2, 1, 0 } : [0, 1, 2, 3], contents[..4]);

        contents[5] = 0xaa;
        contents[0x3e_0001] = 0xbb;
        file.Write(contents, 5, 1);
        file.Write(contents, 0x3e_0001, 1);
        file.Finish();
        file.Dispose();

        before[isTurned ? FirmwareImage.TurnedOffset(5) : 5] = 0xaa;
        before[0x3e_0001] = 0xbb;
        Assert.Equal(before, File.ReadAllBytes(Flash));
    }

    [Fact]
    public void Two_machines_do_not_write_into_one()
    {
        using FlashFile file = FlashFile.Open(Flash, _ => false);

        DbtProcess.Refuses("cannot open --pflash", ["run", "pmap", "--pflash", Flash]);
    }

    [Fact]
    public void One_of_another_size_is_refused()
    {
        File.WriteAllBytes(Flash, new byte[100]);

        DbtProcess.Refuses("has 100 bytes, and the board's flash 4194304", ["run", "pmap", "--pflash", Flash]);
    }

    [Fact]
    public void What_a_guest_programs_is_in_the_file_when_it_has_ended()
    {
        (int status, string output, _) = DbtProcess.Run("run", "flash", "--pflash", Flash);

        Assert.Equal((0, true), (status, output.Contains("ROM-", StringComparison.Ordinal)));
        Assert.Equal([0x34, 0x12, 0, 0], File.ReadAllBytes(Flash)[0x20_0000..0x20_0004]);
    }

    [Fact]
    public void A_boot_loader_takes_the_place_of_a_guest()
    {
        DbtProcess.Refuses("takes the place of a guest", ["run", "debian", "--bios", Flash]);
        DbtProcess.Refuses("--bios and --append exclude each other", ["run", "--bios", Flash, "--append", "x"]);
        DbtProcess.Refuses($"flash '{Flash}' does not exist", ["run", "--pflash", Flash]);
    }
}
