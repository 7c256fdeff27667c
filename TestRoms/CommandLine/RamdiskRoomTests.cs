using System.Security.Cryptography;
using System.Text;
using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Debian;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Running;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>Files that are more than a guest's memory has room for.</summary>
[Trait("Needs", "guests")]
public sealed class RamdiskRoomTests : IDisposable
{
    private const ulong Megabyte = 1 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(64, 18, null)]
    [InlineData(64, 19, "the guest's files come to 19.0 MB, and its kernel has room for 18.0 MB with 64 MB of memory: give it more memory, or fewer files")]
    [InlineData(8, 1, "room for 0 B with 8 MB of memory: give it more memory, or fewer files")]
    [InlineData(256, 82, null)]
    [InlineData(256, 83, "room for 82.0 MB with 256 MB of memory: give it fewer files")]
    [InlineData(1024, 83, "room for 82.0 MB with 1024 MB of memory: give it fewer files")]
    public void What_a_kernel_has_no_room_for_is_refused_with_the_limit(ulong memory, int files, string? expected)
    {
        RamdiskRoom room = new(10 << 20, files << 20, files << 20);

        Exception? refusal = Record.Exception(() => room.Check(memory * Megabyte, 256 * Megabyte));

        Assert.Equal(expected is null, refusal is null);
        if (expected is not null)
            Assert.Contains(expected, Assert.IsType<GuestSetupException>(refusal).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_is_unpacked_before_packages_and_the_user_s_files()
    {
        UserSpace user = new() { Command = "true", Terminal = "stty", Files = Encoding.ASCII.GetBytes("FILES") };

        string ramdisk = Encoding.Latin1.GetString(DebianInitramfs.Build([], ["PACKAGE"u8.ToArray()], user));

        string[] order = ["init", "etc/terminal", "exec", "PACKAGE", "FILES"];
        int[] places = [.. order.Select(text => ramdisk.LastIndexOf(text, StringComparison.Ordinal))];
        Assert.Equal(places.Order(), places);
    }

    [SkippableTheory]
    [Trait("Speed", "slow")]
    [InlineData("run", "debian", "--exec", "echo hi")]
    [InlineData("machines", "debian", "kernel")]
    public void Files_that_do_not_fit_are_refused_before_the_boot(params string[] command)
    {
        DebianGuest.With("true");
        string big = Path.Combine(_folder, "big");
        using (FileStream file = File.Create(big))
            file.SetLength(95 << 20);

        DbtProcess.Refuses("the guest's files come to 9", [.. command, "--file", $"{big}:/big"], FetchedGuests.Home);
    }

    [SkippableTheory]
    [Trait("Speed", "slow")]
    [InlineData(64)]
    [InlineData(100)]
    public void Files_that_just_fit_are_whole_in_the_guest(ulong memory)
    {
        Guest empty = DebianGuest.With("true");
        byte[] big = new byte[FirstRefused(empty.Room!, memory) - 2 * (long)Megabyte];
        new Random(1).NextBytes(big);
        CpioArchive archive = new();
        archive.AddFile("big", big);
        UserSpace user = new() { Command = "sha256sum < /big", Files = archive.ToArray() };
        Guest guest = new DebianSystem().Load(FetchedGuests.Cache, new SilentFetch(), user);
        guest.Room!.Check(memory * Megabyte, Guest.LowMemory);

        GuestRun run = GuestRun.Of(DebianGuest.Machine(guest) with { MemoryBytes = memory * Megabyte });

        Assert.Equal($"{Convert.ToHexStringLower(SHA256.HashData(big))}  -\n", run.Output);
    }

    [SkippableTheory]
    [Trait("Speed", "slow")]
    [InlineData("debian", "1G")]
    [InlineData("debian", "257M")]
    [InlineData("malta-be", "512M")]
    [InlineData("kvm-guest", "2G")]
    public void Memory_that_a_kernel_has_no_use_for_is_said_to_be_so(string guest, string memory)
    {
        Skip.IfNot(GuestCatalog.FindSystem(guest)!.IsIn(FetchedGuests.Cache), $"{guest} is not fetched");
        (_, _, string errors) = DbtProcess.Run(
            ["run", guest, "--memory", memory, "--insns", "1000", "--no-cache"], FetchedGuests.Home);

        Assert.Contains("uses no more than 256 MB of the ", errors.Split('\n')[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("machines")]
    public void A_kernel_that_could_not_unpack_its_ramdisk_is_a_line_and_status_1(string command)
    {
        (int status, string output, string errors) = DbtProcess.Run(
            command, Saying("[    2.443823] Initramfs unpacking failed: write error\r\n"), "--insns", "100K");

        Assert.Contains("write error", output, StringComparison.Ordinal);
        Assert.Contains(
            "so that files are missing or cut short; it has not the memory for them", errors, StringComparison.Ordinal);
        Assert.Equal(1, status);
    }

    [SkippableTheory]
    [InlineData("run", "debian")]
    [InlineData("machines", "debian")]
    public void It_runs_no_command(params string[] command)
    {
        DebianGuest.With("true");
        string kernel = Saying("Linux version 0: Initramfs unpacking failed: junk within compressed archive\r\n");

        (int status, string output, string errors) = DbtProcess.Run(
            [.. command, "--kernel", kernel, "--exec", "true"], FetchedGuests.Home);

        Assert.Equal((1, ""), (status, output));
        string line = Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.EndsWith(
            "could not unpack its initial ramdisk (junk within compressed archive), so that files are missing or cut short",
            line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unpacking initramfs...\nFreeing initrd memory\n", null)]
    [InlineData("Initramfs unpacking failed: write error", null)]
    [InlineData("Initramfs unpacking failed: one\nInitramfs unpacking failed: two\n", "(one)")]
    public void It_is_heard_when_its_line_is_whole(string said, string? expected)
    {
        UnpackingFailure failure = new();

        int heard = Encoding.ASCII.GetBytes(said).Count(failure.Hears);

        Assert.Equal(expected is null ? 0 : 1, heard);
        Assert.Equal(expected is not null, failure.Line?.Contains(expected ?? "", StringComparison.Ordinal) ?? false);
    }

    private static long FirstRefused(RamdiskRoom empty, ulong memory) =>
        ((long)(memory * Megabyte) - empty.KernelBytes - empty.RamdiskBytes - 2 * empty.FileBytes) / 3;

    // A kernel that says something and then nothing for ever.
    private string Saying(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text + new string('\0', 4 - text.Length % 4));
        uint[] words = [.. bytes.Chunk(4).Select(word => BitConverter.ToUInt32(word))];
        uint[] code =
        [
            0x3c09_b800,   //    lui   t1, 0xb800
            0x3529_03f8,   //    ori   t1, t1, 0x3f8
            0x3c0a_8010,   //    lui   t2, 0x8010
            0x254a_0028,   //    addiu t2, t2, text
            0x914b_0000,   // 1: lbu   t3, 0(t2)
            0x254a_0001,   //    addiu t2, t2, 1
            0x1560_fffd,   //    bnez  t3, 1b
            0xa12b_0000,   //    sb    t3, 0(t1)
            0x1000_ffff,   // 1: b     1b
            0x0000_0000,
        ];
        string path = Path.Combine(_folder, "says");
        File.WriteAllBytes(path, SmallGuest.Image(ByteOrder.Little, SmallGuest.Start, [.. code, .. words]));
        return path;
    }
}
