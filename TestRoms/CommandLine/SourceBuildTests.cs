using Dbt.Runtime;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Source;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

public sealed class SourceBuildTests
{
    private static readonly KernelRecipe s_little =
        new("guest", "1.0", new AptSuite("slink"), "kvm-guest.config", ByteOrder.Little) { Megabytes = 1, Lines = 1 };

    private static readonly KernelRecipe s_big = s_little with { Order = ByteOrder.Big };

    [Fact]
    public void What_a_build_needs_and_is_not_there_is_said_in_one_line()
    {
        string said = Refused(["make", "gcc", "bc", "xz", "tar", "mipsel-linux-gnu-gcc"], new KernelBuild(s_little));

        Assert.EndsWith("apt-get install flex bison", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Fact]
    public void A_big_endian_kernel_needs_the_compiler_for_it() =>
        Assert.EndsWith(
            "apt-get install gcc-mips-linux-gnu",
            Refused(["make", "gcc", "bc", "flex", "bison", "xz", "tar"], new KernelBuild(s_big)),
            StringComparison.Ordinal);

    [Fact]
    public void What_several_builds_need_is_said_once() =>
        Assert.EndsWith(
            "vmlinux-1.0-guest and vmlinux-1.0-guest must be built here, which needs what this machine does not have: apt-get install bc",
            Refused(["make", "gcc", "flex", "bison", "xz", "tar", "mips-linux-gnu-gcc"], new KernelBuild(s_big), new KernelBuild(s_big)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(ByteOrder.Little, "CONFIG_CPU_LITTLE_ENDIAN=y", "CONFIG_CPU_BIG_ENDIAN=y")]
    [InlineData(ByteOrder.Big, "CONFIG_CPU_BIG_ENDIAN=y", "CONFIG_CPU_LITTLE_ENDIAN=y")]
    public void One_list_of_switches_serves_both_byte_orders(ByteOrder order, string one, string other)
    {
        string[] switches = (s_little with { Order = order }).Switches().Split('\n');

        Assert.Contains(one, switches);
        Assert.DoesNotContain(other, switches);
        Assert.Contains("CONFIG_KVM_GUEST=y", switches);
    }

    [Fact]
    public void What_another_recipe_has_built_does_not_count()
    {
        const string sumOfA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
        InFolder(folder =>
        {
            GuestCache cache = new(folder);
            KernelBuild build = new(s_little);
            Directory.CreateDirectory(cache.PathOf(build.Folder));
            File.WriteAllText(cache.PathOf(build.Folder, build.Name), "a");
            File.WriteAllText(cache.PathOf(build.Folder, "sha256sum"), sumOfA);
            Assert.Null(build.TryLoad(cache));

            File.WriteAllText(cache.PathOf(build.Folder, "recipe"), build.Recipe);

            Assert.Equal("a"u8.ToArray(), build.TryLoad(cache));
            Assert.Null(new KernelBuild(s_big).TryLoad(cache));
            Assert.Null(new KernelBuild(s_little with { Configuration = "kvm-host.config" }).TryLoad(cache));
            Assert.Null(new KernelBuild(s_little with { Suite = new AptSuite("potato") }).TryLoad(cache));
        });
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

    [Theory]
    [InlineData(false, "deb ")]
    [InlineData(true, "deb-src ")]
    public void A_suite_is_asked_for_packages_or_for_their_sources(bool hasSources, string kind)
    {
        string entry = new AptSuite("slink", hasSources).EntryOn("http://b.example/debian/");

        Assert.StartsWith(kind, entry, StringComparison.Ordinal);
        Assert.EndsWith(" http://b.example/debian/ slink main", entry, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_suite_is_asked_for_with_a_list_of_sources_of_its_own()
    {
        string text = AptConfiguration.Compose("/cache/apt", root: false, ownSources: true);

        Assert.Contains("Dir::Etc::sourcelist \"/cache/apt/sources.list\";", text, StringComparison.Ordinal);
        Assert.DoesNotContain("mipsel", text, StringComparison.Ordinal);
    }

    private static string Refused(string[] programs, params SourceBuild[] builds)
    {
        string message = "";
        InFolder(folder =>
        {
            foreach (string program in programs)
                File.WriteAllBytes(Path.Combine(folder, program), []);
            message = Assert.Throws<GuestSetupException>(() => SourceBuild.CheckTools(builds, [folder])).Message;
        });
        return message;
    }

    private static void InFolder(Action<string> work)
    {
        string folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;
        try
        {
            work(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
