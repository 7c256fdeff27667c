using Dbt.Runtime;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Kvm;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

public sealed class KernelBuildTests
{
    [Fact]
    public void What_a_build_needs_and_is_not_there_is_said_in_one_line()
    {
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            foreach (string program in (string[])["make", "gcc", "bc", "xz", "tar", "mipsel-linux-gnu-gcc"])
                File.WriteAllBytes(Path.Combine(folder, program), []);

            string said = Assert.Throws<GuestSetupException>(() => KernelBuild.CheckTools([folder])).Message;

            Assert.EndsWith("apt-get install flex bison", said, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', said);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_source_comes_from_the_first_mirror_of_Debian_itself() =>
        Assert.Equal("http://b.example/debian/", AptSuite.FindMirror(
        [
            "Example|Example|http://a.example/",
            "Debian|Debian-Security|http://s.example/",
            "Debian|Debian|http://b.example/debian/",
            "Debian|Debian|http://c.example/debian/",
        ]));

    [Fact]
    public void Another_suite_is_asked_for_with_a_list_of_sources_of_its_own()
    {
        string text = AptConfiguration.Compose("/cache/apt", root: false, ownSources: true);

        Assert.Contains("Dir::Etc::sourcelist \"/cache/apt/sources.list\";", text, StringComparison.Ordinal);
        Assert.DoesNotContain("mipsel", text, StringComparison.Ordinal);
    }
}
