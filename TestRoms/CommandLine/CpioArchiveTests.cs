using System.Globalization;
using System.Text;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

public sealed class CpioArchiveTests
{
    [Fact]
    public void What_is_put_in_comes_out_in_order_of_path()
    {
        CpioArchive archive = new();
        archive.AddFile("etc/motd", "hello"u8.ToArray());
        archive.AddDirectory("etc");
        archive.AddSymbolicLink("bin", "usr/bin");
        archive.AddProgram("init", "#!"u8.ToArray());
        archive.AddCharacterDevice("dev-console", 5, 1);

        List<Member> members = Read(archive.ToArray());

        Assert.Equal(["bin", "dev-console", "etc", "etc/motd", "init", "TRAILER!!!"], members.Select(member => member.Path));
        Assert.Equal(["A1FF", "2180", "41ED", "81A4", "81ED", "0"], members.Select(member => member.Mode.ToString("X", CultureInfo.InvariantCulture)));
        Assert.Equal("usr/bin", members[0].Content);
        Assert.Equal((5u, 1u), (members[1].Major, members[1].Minor));
        Assert.Equal("hello", members[3].Content);
    }

    [Fact]
    public void The_names_of_one_file_share_an_inode_and_one_content()
    {
        CpioArchive archive = new();
        archive.AddProgram("perl", "ELF"u8.ToArray());
        archive.AddHardLink("perl5", "perl");

        List<Member> members = Read(archive.ToArray());

        Assert.Equal(members[0].Inode, members[1].Inode);
        Assert.Equal((2u, 2u), (members[0].Links, members[1].Links));
        Assert.Equal(("ELF", ""), (members[0].Content, members[1].Content));
    }

    [Fact]
    public void The_same_entries_give_the_same_bytes_whatever_the_order()
    {
        CpioArchive one = new(), other = new();
        one.AddDirectory("a");
        one.AddFile("b", [1, 2, 3]);
        other.AddFile("b", [1, 2, 3]);
        other.AddDirectory("a");

        Assert.Equal(one.ToArray(), other.ToArray());
    }

    [Fact]
    public void An_archive_ends_where_the_next_one_may_begin() =>
        Assert.Equal(0, new CpioArchive().ToArray().Length % 4);

    [Fact]
    public void Its_files_take_whole_pages_where_they_are_unpacked_and_a_later_one_takes_the_place_of_an_earlier()
    {
        CpioArchive one = new(), other = new();
        one.AddDirectory("etc");
        one.AddFile("etc/motd", new byte[4097]);
        one.AddProgram("init", [1]);
        one.AddHardLink("sbin", "init");
        other.AddFile("etc/motd", new byte[4096]);

        Assert.Equal(3 * 4096, CpioArchive.UnpackedBytes(one.ToArray()));
        Assert.Equal(2 * 4096, CpioArchive.UnpackedBytes([.. one.ToArray(), .. other.ToArray()]));
    }

    [Fact]
    public void A_file_of_the_name_that_ends_an_archive_does_not_end_it()
    {
        CpioArchive archive = new();
        archive.AddFile("TRAILER!!!", [1]);
        archive.AddFile("zzz", [2]);

        Assert.Equal(["./TRAILER!!!", "zzz", "TRAILER!!!"], Read(archive.ToArray()).Select(member => member.Path));
    }

    private sealed record Member(string Path, uint Inode, uint Mode, uint Links, uint Major, uint Minor, string Content);

    private static List<Member> Read(byte[] archive)
    {
        List<Member> members = [];
        for (int at = 0; at < archive.Length;)
        {
            Assert.Equal("070701", Encoding.ASCII.GetString(archive, at, 6));
            uint Field(int index) => uint.Parse(Encoding.ASCII.GetString(archive, at + 6 + (8 * index), 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            int size = (int)Field(6), nameSize = (int)Field(11);
            string path = Encoding.UTF8.GetString(archive, at + 110, nameSize - 1);
            int content = Align(at + 110 + nameSize);
            members.Add(new Member(path, Field(0), Field(1), Field(4), Field(9), Field(10), Encoding.UTF8.GetString(archive, content, size)));
            at = Align(content + size);
        }
        return members;
    }

    private static int Align(int offset) => (offset + 3) & ~3;
}
