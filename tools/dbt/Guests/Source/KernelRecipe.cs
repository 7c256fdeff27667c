using System.Text;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Source;

/// <summary>What a kernel is made of.</summary>
/// <param name="Name">What it is called: for most, as the guest it is for.</param>
/// <param name="Version">The series of Linux, which the name of the source package ends with.</param>
/// <param name="Suite">The last Debian release that has it.</param>
/// <param name="Configuration">The embedded file with what is switched on.</param>
/// <param name="Order">Its byte order.</param>
internal sealed record KernelRecipe(string Name, string Version, AptSuite Suite, string Configuration, ByteOrder Order)
{
    /// <summary>The package with the source.</summary>
    public string Package => $"linux-source-{Version}";

    /// <summary>How much there is to fetch, in MB.</summary>
    public required int Megabytes { get; init; }

    /// <summary>What make says, one line a file: how many lines this configuration comes to.</summary>
    public required int Lines { get; init; }

    /// <summary>What make is told to start from: the switches of the embedded file, and the byte order.</summary>
    public string Switches()
    {
        byte[] file = EmbeddedFile.Find(typeof(KernelRecipe).Assembly, Configuration)!;
        return Encoding.UTF8.GetString(file)
            + (Order == ByteOrder.Big ? "CONFIG_CPU_BIG_ENDIAN=y\n" : "CONFIG_CPU_LITTLE_ENDIAN=y\n");
    }
}
