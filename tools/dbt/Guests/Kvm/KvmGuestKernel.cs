using System.Security.Cryptography;
using Dbt.Runtime;
using Dbt.Tool.Guests.Debian;

namespace Dbt.Tool.Guests.Kvm;

/// <summary>The kernel of <c>kvm-guest</c>: Debian's Linux 5.10, built for KVM's trap-and-emulate and kept in the cache.</summary>
internal static class KvmGuestKernel
{
    /// <summary>The folder of the cache it is in.</summary>
    public const string Folder = "kvm-guest";

    /// <summary>What messages call it.</summary>
    public const string Name = "vmlinux-5.10-kvm-guest";

    private const string Sum = "sha256sum";

    /// <summary>Takes it from the cache, and when it is not there, or not whole, builds it.</summary>
    public static byte[] Load(GuestCache cache, IFetchProgress progress) =>
        TryLoad(cache) ?? cache.Change(
            () => progress.Note("waiting for another dbt that is fetching"),
            () => TryLoad(cache) ?? Build(cache, progress));

    /// <summary>Builds it whether or not it is there.</summary>
    public static byte[] Refresh(GuestCache cache, IFetchProgress progress) =>
        cache.Change(() => progress.Note("waiting for another dbt that is fetching"), () => Build(cache, progress));

    /// <summary>Takes it from the cache; null when it is not there or not whole.</summary>
    public static byte[]? TryLoad(GuestCache cache)
    {
        try
        {
            byte[] kernel = File.ReadAllBytes(cache.PathOf(Folder, Name));
            return File.ReadAllText(cache.PathOf(Folder, Sum)) == SumOf(kernel) ? kernel : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static byte[] Build(GuestCache cache, IFetchProgress progress)
    {
        KernelBuild.CheckTools();
        Apt apt = new(cache.PathOf("apt-" + KernelBuild.Suite), AptSuite.OfSystem(KernelBuild.Suite));
        apt.Update(progress);
        cache.InStaging(staging =>
        {
            apt.Download([KernelBuild.SourcePackage], staging, $"{KernelBuild.SourcePackage} (120 MB)", progress);
            string package = Directory.GetFiles(staging, KernelBuild.SourcePackage + "_*.deb").Single();
            byte[] kernel = KernelBuild.Run(package, staging, progress);
            cache.ReplaceFolder(Folder, folder =>
            {
                File.WriteAllBytes(Path.Combine(folder, Name), kernel);
                File.WriteAllText(Path.Combine(folder, Sum), SumOf(kernel));
            });
        });
        return TryLoad(cache) ?? throw new GuestSetupException("the kernel that was built vanished while it was put in place");
    }

    private static string SumOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
