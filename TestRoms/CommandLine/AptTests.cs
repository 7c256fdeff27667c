using Dbt.Tool.Guests.Debian;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

[Trait("Speed", "slow")]
public sealed class AptTests
{
    [Fact]
    public void All_that_apt_writes_is_in_the_folder_given()
    {
        string text = AptConfiguration.Compose("/cache/apt", root: false);

        Assert.Contains("APT::Architecture \"mipsel\";", text, StringComparison.Ordinal);
        foreach (string place in (string[])["Dir::State", "Dir::State::status", "Dir::Cache", "Dir::Log"])
            Assert.Contains($"{place} \"/cache/apt/", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_is_gone_is_given_up_after_a_while() =>
        Assert.All(
            (string[])["Acquire::http::Timeout \"10\";", "Acquire::https::Timeout \"10\";", "Acquire::Retries \"2\";"],
            setting => Assert.Contains(
                setting, AptConfiguration.Compose("/cache/apt", root: false), StringComparison.Ordinal));

    [Fact]
    public void Sources_and_keys_are_the_system_s_own() =>
        Assert.DoesNotContain("Dir::Etc", AptConfiguration.Compose("/cache/apt", root: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_root_s_apt_is_told_to_stay_root(bool root) =>
        Assert.Equal(root, AptConfiguration.Compose("/cache/apt", root).Contains("APT::Sandbox::User \"root\";", StringComparison.Ordinal));

    [Fact]
    public void A_line_with_an_address_names_a_package_its_version_and_its_size()
    {
        AptPackage? package = Apt.ParseUri("'http://example.org/pool/zlib1g_1.2.13%2bb1_mipsel.deb' zlib1g_1%3a1.2.13+b1_mipsel.deb 77784 MD5Sum:00");

        Assert.Equal(new AptPackage("zlib1g", "1:1.2.13+b1", "zlib1g_1%3a1.2.13+b1_mipsel.deb", 77784), package);
    }

    [Theory]
    [InlineData("Reading package lists...")]
    [InlineData("The following NEW packages will be installed:")]
    [InlineData("")]
    public void Other_lines_name_none(string line) => Assert.Null(Apt.ParseUri(line));

    [Theory]
    [InlineData("dlstatus:13:69.7382:Retrieving file 13 of 15", 69.7382)]
    [InlineData("dlstatus:1:0.0000:Retrieving file 1 of 3", 0.0)]
    [InlineData("Reading package lists...", null)]
    public void Progress_is_read_from_apt_s_status(string line, double? percent) => Assert.Equal(percent, Apt.ParseStatus(line));

    [Theory]
    [InlineData("bin/ls", "usr/bin/ls")]
    [InlineData("lib", "usr/lib")]
    [InlineData("lib/mipsel-linux-gnu/libc.so.6", "usr/lib/mipsel-linux-gnu/libc.so.6")]
    [InlineData("usr/bin/perl", "usr/bin/perl")]
    [InlineData("library/x", "library/x")]
    public void Packages_are_unpacked_into_a_merged_usr(string path, string expected) => Assert.Equal(expected, DebPackage.MergeUsr(path));
}
