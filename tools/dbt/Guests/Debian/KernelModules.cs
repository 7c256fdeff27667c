using System.Text;
using Dbt.Runtime;

namespace Dbt.Tool.Guests.Debian;

/// <summary>Modules of Debian's kernel that drive what a machine of ours can have.</summary>
internal static class KernelModules
{
    /// <summary>What the name of a module's file ends with.</summary>
    public const string Suffix = ".ko";

    /// <summary>The module through which virtio's others reach devices on PCI.</summary>
    public const string VirtioBus = "virtio_pci";

    private static readonly string[] s_kept =
    [
        "pcnet32", "mii", "e1000", "virtio", "virtio_ring", "virtio_pci_legacy_dev", "virtio_pci_modern_dev",
        VirtioBus, "failover", "net_failover", "virtio_net", "virtio_blk", "virtio_console", "virtio-rng",
    ];

    /// <summary>Whether a file of the kernel's package is one that is kept.</summary>
    public static bool IsKept(string path) =>
        s_kept.Any(name => path.EndsWith($"/{name}{Suffix}", StringComparison.Ordinal));

    /// <summary>Whether all of some modules are there.</summary>
    public static bool Are(IReadOnlyDictionary<string, byte[]> files, IEnumerable<string> wanted) =>
        wanted.All(name => files.ContainsKey(name + Suffix));

    /// <summary>Modules with all they need, in the order in which they can be inserted.</summary>
    /// <param name="files">Modules by the names of their files.</param>
    /// <param name="wanted">Names of modules.</param>
    /// <exception cref="GuestSetupException">One is not there.</exception>
    public static IReadOnlyList<string> InOrder(
        IReadOnlyDictionary<string, byte[]> files, IEnumerable<string> wanted)
    {
        List<string> order = [];
        foreach (string name in wanted)
            Add(name);
        return order;

        void Add(string name)
        {
            if (order.Contains(name))
                return;
            if (!files.TryGetValue(name + Suffix, out byte[]? module))
                throw new GuestSetupException($"Debian's kernel package has no module '{name}'");
            foreach (string needed in NeededBy(module))
                Add(needed);
            order.Add(name);
        }
    }

    // The section .modinfo is texts of KEY=VALUE, each with a zero behind it.
    private static string[] NeededBy(ReadOnlySpan<byte> module)
    {
        ReadOnlySpan<byte> key = "\0depends="u8;
        int at = module.IndexOf(key);
        if (at < 0)
            return [];
        ReadOnlySpan<byte> value = module[(at + key.Length)..];
        return Encoding.ASCII.GetString(value[..value.IndexOf((byte)0)])
            .Split(',', StringSplitOptions.RemoveEmptyEntries);
    }
}
