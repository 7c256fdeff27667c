using System.Buffers.Binary;
using System.Diagnostics;
using Dbt.Runtime;
using Dbt.Runtime.Storage;
using Xunit;

namespace Dbt.TestRoms.Storage;

/// <summary>qcow2 images, made, checked and read back by QEMU's own tool.</summary>
[Trait("Speed", "slow")]
public sealed class QcowImageTests : IDisposable
{
    private const int DiskBytes = 4 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    [Theory]
    [InlineData("compat=0.10")]
    [InlineData("compat=1.1")]
    [InlineData("compat=1.1,lazy_refcounts=on")]
    [InlineData("compat=1.1,cluster_size=512,refcount_bits=1")]
    [InlineData("compat=1.1,cluster_size=512,refcount_bits=64")]
    [InlineData("compat=1.1,cluster_size=4096,refcount_bits=4")]
    [InlineData("compat=1.1,cluster_size=2M,refcount_bits=32")]
    [InlineData("compat=1.1,preallocation=metadata")]
    public void What_is_written_is_read_back_by_dbt_and_by_QEMU_and_the_image_is_sound(string options)
    {
        string image = Create("disk.qcow2", options);
        byte[] model = new byte[DiskBytes];
        Random random = new(options.Length);
        for (int round = 0; round < 3; round++)
        {
            using IDiskImage disk = Open(image);
            Assert.Equal(DiskBytes, disk.Bytes);
            for (int i = 0; i < 150; i++)
                Exercise(disk, model, random);
        }

        Assert.Equal(0, QemuImg.Check(image));
        Assert.Equal(model, QemuImg.Contents(image));
    }

    [Fact]
    public void An_image_of_small_clusters_outgrows_its_refcount_table()
    {
        string image = Path.Combine(_folder, "disk.qcow2");
        QemuImg.Run("create", "-q", "-f", "qcow2", "-o", "cluster_size=512", image, "64M");
        byte[] piece = new byte[64 << 10];
        using (IDiskImage disk = Open(image))
        {
            for (long at = 0; at < 24 << 20; at += piece.Length)
            {
                piece.AsSpan().Fill((byte)(1 + (at >> 16)));
                disk.Write(at, piece);
            }
        }

        Assert.Equal(0, QemuImg.Check(image));
        byte[] contents = QemuImg.Contents(image);
        Assert.All(Enumerable.Range(0, 24 << 4), i => Assert.Equal((byte)(1 + i), contents[(i << 16) + 12345]));
    }

    [Fact]
    public void What_QEMU_compressed_is_read_and_can_be_written_over()
    {
        byte[] model = new byte[DiskBytes];
        for (int i = 0; i < model.Length; i++)
            model[i] = (byte)(i >> 9 ^ i >> 14);
        string raw = Path.Combine(_folder, "disk.raw"), image = Path.Combine(_folder, "disk.qcow2");
        File.WriteAllBytes(raw, model);
        QemuImg.Run("convert", "-c", "-f", "raw", "-O", "qcow2", raw, image);
        Random random = new(1);
        using (IDiskImage disk = Open(image))
        {
            for (int i = 0; i < 100; i++)
                Exercise(disk, model, random);
        }

        Assert.Equal(0, QemuImg.Check(image));
        Assert.Equal(model, QemuImg.Contents(image));
    }

    [Fact]
    public void A_snapshot_in_the_image_keeps_what_was_there()
    {
        string image = Create("disk.qcow2", "cluster_size=4096");
        byte[] model = new byte[DiskBytes];
        Random random = new(2);
        using (IDiskImage disk = Open(image))
        {
            for (int i = 0; i < 100; i++)
                Exercise(disk, model, random);
        }
        byte[] before = [.. model];
        QemuImg.Run("snapshot", "-c", "before", image);
        using (IDiskImage disk = Open(image))
        {
            for (int i = 0; i < 100; i++)
                Exercise(disk, model, random);
        }

        Assert.Equal(0, QemuImg.Check(image));
        Assert.Equal(model, QemuImg.Contents(image));
        QemuImg.Run("snapshot", "-a", "before", image);
        Assert.Equal(before, QemuImg.Contents(image));
    }

    [Fact]
    public void A_layer_shows_what_is_below_until_it_is_written_and_leaves_that_alone()
    {
        byte[] bottom = new byte[DiskBytes - 12 * 512];
        new Random(3).NextBytes(bottom);
        string raw = Path.Combine(_folder, "bottom.raw"), middle = Path.Combine(_folder, "middle.qcow2"), top = Path.Combine(_folder, "top.qcow2");
        File.WriteAllBytes(raw, bottom);
        QemuImg.Run("create", "-q", "-f", "qcow2", "-b", raw, "-F", "raw", middle, $"{DiskBytes}");
        QemuImg.Run("create", "-q", "-f", "qcow2", "-b", middle, "-F", "qcow2", top);
        byte[] model = [.. bottom, .. new byte[12 * 512]];
        Random random = new(4);
        using (IDiskImage disk = Open(middle, raw))
        {
            for (int i = 0; i < 40; i++)
                Exercise(disk, model, random);
        }
        byte[] below = File.ReadAllBytes(middle);
        using (IDiskImage disk = Open(top, middle, raw))
        {
            for (int i = 0; i < 40; i++)
                Exercise(disk, model, random);
        }

        Assert.Equal(0, QemuImg.Check(top));
        Assert.Equal(model, QemuImg.Contents(top));
        Assert.Equal(below, File.ReadAllBytes(middle));
        Assert.Equal(bottom, File.ReadAllBytes(raw));
    }

    [Fact]
    public void Whoever_is_killed_leaves_an_image_with_all_that_was_flushed()
    {
        string image = Create("disk.qcow2", "cluster_size=4096");
        byte[] model = new byte[DiskBytes], flushed = new byte[DiskBytes];
        Random random = new(5);
        IDiskImage disk = Open(image);
        for (int i = 0; i < 24; i++)
        {
            HashSet<int> since = [];
            for (int j = 0; j < 8; j++)
            {
                int at = random.Next(DiskBytes / 512) * 512, bytes = Math.Min(512 * (1 + random.Next(40)), DiskBytes - at);
                random.NextBytes(model.AsSpan(at, bytes));
                disk.Write(at, model.AsSpan(at, bytes));
                since.UnionWith(Enumerable.Range(at / 512, bytes / 512));
            }
            // What the host has in the file at this moment is what it would have after a kill.
            string killed = Path.Combine(_folder, $"killed-{i}.qcow2");
            Process.Start("cp", [image, killed]).WaitForExit();
            Assert.Contains(QemuImg.Check(killed), (int[])[0, QemuImg.Leaks]);
            byte[] left = QemuImg.Contents(killed);
            foreach (int sector in Enumerable.Range(0, DiskBytes / 512).Where(sector => !since.Contains(sector)))
                Assert.True(left.AsSpan(sector * 512, 512).SequenceEqual(flushed.AsSpan(sector * 512, 512)), $"sector {sector} of round {i}");
            disk.Flush();
            model.CopyTo(flushed, 0);
        }
        disk.Dispose();
        Assert.Equal(0, QemuImg.Check(image));
    }

    [Theory]
    [InlineData(4, 7u, "version 7")]
    [InlineData(20, 40u, "clusters have 2^40 bytes")]
    [InlineData(24, 0x7fff_ffffu, "bytes, no whole number of sectors", 28, 1u)]
    [InlineData(24, 0x7fff_0000u, "L1 table of")]
    [InlineData(32, 1u, "encrypted")]
    [InlineData(36, 0x7fff_ffffu, "L1 table of 2147483647 entries")]
    [InlineData(40, 0x7fu, "L1 table is not inside the file")]
    [InlineData(48, 0x7fu, "refcount table is not inside the file")]
    [InlineData(56, 0xffff_ffffu, "refcount table is not inside the file")]
    [InlineData(76, 1u, "was not closed")]
    [InlineData(76, 4u, "keeps its data in another file")]
    [InlineData(76, 16u, "extended L2 entries")]
    [InlineData(72, 1u, "features")]
    [InlineData(96, 9u, "refcounts have 2^9 bits")]
    [InlineData(12, 8u, "the name of what it is a layer above", 16, 5000u)]
    public void A_header_that_does_not_hold_is_refused_in_a_line(int at, uint value, string reason, int atToo = 4, uint valueToo = 3)
    {
        string image = Create("disk.qcow2", "compat=1.1");
        Patch(image, at, value);
        if (atToo != 4)
            Patch(image, atToo, valueToo);

        string refusal = Assert.Throws<GuestSetupException>(() => Open(image)).Message;
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Fact]
    public void No_file_is_opened_that_was_not_named()
    {
        string secret = Path.Combine(_folder, "secret.raw"), image = Path.Combine(_folder, "disk.qcow2");
        File.WriteAllBytes(secret, new byte[DiskBytes]);
        QemuImg.Run("create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", image);

        Assert.Contains("add ,backing=FILE", Assert.Throws<GuestSetupException>(() => Open(image)).Message, StringComparison.Ordinal);
        string other = Create("other.qcow2", "compat=1.1");
        Assert.Contains($"not above '{other}'", Assert.Throws<GuestSetupException>(() => Open(image, other)).Message, StringComparison.Ordinal);
        Assert.Contains("is no layer above", Assert.Throws<GuestSetupException>(() => Open(other, secret)).Message, StringComparison.Ordinal);
        Open(image, secret).Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_damaged_image_is_refused_or_fails_where_it_is_damaged_and_never_more(int seed)
    {
        string image = Create("disk.qcow2", seed % 2 == 0 ? "cluster_size=512" : "cluster_size=4096");
        byte[] model = new byte[DiskBytes];
        Random random = new(seed);
        using (IDiskImage disk = Open(image))
        {
            for (int i = 0; i < 30; i++)
                Exercise(disk, model, random);
        }
        byte[] sound = File.ReadAllBytes(image), piece = new byte[5000];
        for (int i = 0; i < 150; i++)
        {
            byte[] damaged = [.. sound];
            for (int j = random.Next(1, 20); j > 0; j--)
                damaged[random.Next(3) == 0 ? random.Next(112) : random.Next(Math.Min(damaged.Length, 1 << 15))] = (byte)random.Next(256);
            File.WriteAllBytes(image, damaged);
            try
            {
                using IDiskImage disk = DiskImage.Open(new DriveConfiguration(0, image) { Format = ImageFormat.Qcow2 });
                for (int j = 0; j < 10; j++)
                {
                    long at = random.NextInt64(Math.Max(1, disk.Bytes - piece.Length));
                    disk.Read(at, piece);
                    disk.Write(at, piece);
                }
            }
            catch (Exception refused) when (refused is GuestSetupException or IOException or InvalidDataException)
            {
                Assert.DoesNotContain('\n', refused.Message);
            }
            Assert.True(new FileInfo(image).Length < 1L << 32, "the file has grown beyond its disk");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IDiskImage Open(string image, params string[] backing) =>
        DiskImage.Open(new DriveConfiguration(0, image) { Backing = backing });

    private static void Patch(string image, int at, uint value)
    {
        byte[] contents = File.ReadAllBytes(image);
        BinaryPrimitives.WriteUInt32BigEndian(contents.AsSpan(at), value);
        File.WriteAllBytes(image, contents);
    }

    // Reads and writes near each other, across clusters, now and then zeros; and flushes.
    private static void Exercise(IDiskImage disk, byte[] model, Random random)
    {
        int at = random.Next(DiskBytes / 512) * 512, bytes = Math.Min(512 * (1 + random.Next(60)), DiskBytes - at);
        switch (random.Next(8))
        {
            case 0:
                disk.Flush();
                break;
            case < 4:
                byte[] read = new byte[bytes];
                disk.Read(at, read);
                Assert.True(read.AsSpan().SequenceEqual(model.AsSpan(at, bytes)), $"{bytes} bytes at {at}");
                break;
            default:
                if (random.Next(4) == 0)
                    model.AsSpan(at, bytes).Clear();
                else
                    random.NextBytes(model.AsSpan(at, bytes));
                disk.Write(at, model.AsSpan(at, bytes));
                break;
        }
    }

    private string Create(string name, string options)
    {
        string image = Path.Combine(_folder, name);
        QemuImg.Run("create", "-q", "-f", "qcow2", "-o", options, image, $"{DiskBytes}");
        return image;
    }
}
