using Dbt.Runtime;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Xunit;

namespace Dbt.TestRoms.Storage;

/// <summary>Images of disks, whatever their format: what is refused, what stays, what is forgotten.</summary>
public sealed class DiskImageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    [Fact]
    public void A_raw_image_is_its_bytes()
    {
        string file = Raw("disk.img", 8192);
        using (IDiskImage disk = DiskImage.Open(new DriveConfiguration(0, file)))
        {
            disk.Write(1024, [1, 2, 3, 4]);
            disk.Flush();
        }

        Assert.Equal(8192, new FileInfo(file).Length);
        Assert.Equal([0, 1, 2, 3, 4, 0], File.ReadAllBytes(file).AsSpan(1023, 6).ToArray());
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_said_in_a_line()
    {
        Assert.Contains("does not exist: 'truncate", Refusal(new(0, Path.Combine(_folder, "none"))), StringComparison.Ordinal);
        Assert.Contains("is a directory", Refusal(new(0, _folder)), StringComparison.Ordinal);
        Assert.Contains("is empty", Refusal(new(0, Raw("empty", 0))), StringComparison.Ordinal);
        Assert.Contains("has 1000 bytes, which is no whole number of sectors", Refusal(new(0, Raw("odd", 1000))), StringComparison.Ordinal);
        Assert.Contains("too short to be a CD-ROM", Refusal(new(2, Raw("short", 512)) { IsCdrom = true }), StringComparison.Ordinal);
        Assert.Contains(
            "is no qcow2 image", Refusal(new(0, Raw("raw", 8192)) { Format = ImageFormat.Qcow2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_writes_a_file_has_it_alone_and_who_reads_it_shares_it()
    {
        string file = Raw("disk.img", 8192);
        using (DiskImage.Open(new DriveConfiguration(0, file)))
        {
            Assert.Contains("is in use", Refusal(new(1, file)), StringComparison.Ordinal);
            Assert.Contains("is in use", Refusal(new(1, file) { IsSnapshot = true }), StringComparison.Ordinal);
        }
        using IDiskImage one = DiskImage.Open(new DriveConfiguration(0, file) { IsSnapshot = true });
        using IDiskImage two = DiskImage.Open(new DriveConfiguration(1, file) { IsReadOnly = true });
        Assert.Contains("is in use", Refusal(new(2, file)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_snapshot_writes_it_alone_reads_and_a_saved_state_has()
    {
        string file = Raw("disk.img", (1 << 20) + 1536);
        DriveConfiguration drive = new(0, file) { IsSnapshot = true };
        byte[] model = File.ReadAllBytes(file), buffer = new byte[128 << 10];
        using DriveMedium medium = new(drive), restored = new(drive);
        Random random = new(1);
        for (int i = 0; i < 40; i++)
        {
            int at = random.Next(model.Length / 512) * 512, bytes = Math.Min(512 * random.Next(1, 200), model.Length - at);
            random.NextBytes(model.AsSpan(at, bytes));
            model.AsSpan(at, bytes).CopyTo(buffer);
            MediumWork work = new(MediumOperation.Write, at, bytes);
            if (i % 2 == 0)
                medium.Begin(work, buffer);
            Assert.True(medium.Finish(work, buffer));
        }
        using MemoryStream state = new();
        StateWriter.Write(state, medium);
        state.Position = 0;
        StateReader.Read(state, restored);

        foreach (DriveMedium read in (DriveMedium[])[medium, restored])
        {
            for (int at = 0; at < model.Length; at += 512)
            {
                Assert.True(read.Finish(new MediumWork(MediumOperation.Read, at, 512), buffer));
                Assert.True(buffer.AsSpan(0, 512).SequenceEqual(model.AsSpan(at, 512)), $"byte {at}");
            }
        }
        Assert.All(File.ReadAllBytes(file), part => Assert.Equal(0, part));
    }

    [Fact]
    public void What_the_host_cannot_do_is_a_failure_of_the_drive()
    {
        using DriveMedium medium = new(new DriveConfiguration(0, Raw("disk.img", 8192)) { IsReadOnly = true });
        MediumWork work = new(MediumOperation.Write, 0, 512);
        Assert.False(medium.Finish(work, new byte[512]));
        medium.Begin(work, new byte[512]);
        Assert.False(medium.Finish(work, new byte[512]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Refusal(DriveConfiguration drive) => Assert.Throws<GuestSetupException>(() => DiskImage.Open(drive)).Message;

    private string Raw(string name, int bytes)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllBytes(file, new byte[bytes]);
        return file;
    }
}
