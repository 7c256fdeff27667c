using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Runtime.Storage;

namespace Dbt.Tool.Guests.Debian;

/// <summary>
/// Puts a Debian on a blank disk: a machine of its own makes the file system, unpacks the packages, which are an
/// archive on its second disk, and has Debian configure them.
/// </summary>
/// <param name="cache">Keeps the archive.</param>
/// <param name="progress">Is told how it goes.</param>
internal sealed class DebianInstallation(GuestCache cache, IFetchProgress progress)
{
    /// <summary>The folder of the cache with the archives.</summary>
    public const string Folder = "debian-root";

    // The last with packages for this architecture.
    private const string Suite = "bookworm";

    private const string Mark = "== ";

    // What Debian calls a minimal system, with an init that is small, a network's tools and what a disk needs.
    private static readonly string[] s_packages =
    [
        "?essential", "?priority(required)", "usr-is-merged", "apt", "debian-archive-keyring", "sysvinit-core",
        "ifupdown", "iproute2", "isc-dhcp-client", "netbase", "procps", "kmod", "e2fsprogs",
    ];

    /// <summary>Does it.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="machine">The kernel, and all else but disks and the ramdisk.</param>
    /// <param name="ramdisk">Makes the ramdisk of a machine with disks on which the script of the name runs.</param>
    /// <param name="packages">Packages beyond those that there are always.</param>
    /// <exception cref="GuestSetupException">It did not come to its end; the disk is blank, to begin again.</exception>
    public void Run(
        DriveConfiguration disk, MachineConfiguration machine,
        Func<IReadOnlyList<DriveConfiguration>, byte[]> ramdisk, IReadOnlyList<string> packages)
    {
        (string archive, int files, int count) = Archive([.. s_packages, .. packages]);
        DriveConfiguration[] drives =
            [disk, new DriveConfiguration(1, archive) { IsReadOnly = true, Format = ImageFormat.Raw }];
        machine = machine with { Drives = drives, Initrd = ramdisk(drives) };
        progress.Step(
            $"installing Debian on {disk.File}, once", report => Install(machine, report, files, count));
    }

    private void Install(MachineConfiguration machine, Action<double> report, int files, int packages)
    {
        StringBuilder line = new();
        string last = "";
        int configured = 0;
        bool isInstalled = false;
        using (VirtualMachine installing = new(machine))
        {
            installing.SerialOutput += (port, value) =>
            {
                if (port == 1 && value == '\n')
                    Hear(line.ToString().Trim());
                else if (port == 1)
                    line.Append((char)value);
            };
            installing.Run(progress.Stop);
        }
        progress.Stop.ThrowIfCancellationRequested();
        if (!isInstalled)
        {
            throw new GuestSetupException(
                $"Debian could not be installed on '{machine.Drives[0].File}', and its last words were '{last}'");
        }

        void Hear(string said)
        {
            line.Clear();
            if (said.Length > 0)
                last = said;
            if (said.StartsWith("Setting up ", StringComparison.Ordinal))
                report(50 + 50.0 * ++configured / packages);
            else if (said.StartsWith(Mark + "files ", StringComparison.Ordinal))
                report(50.0 * int.Parse(said.Split(' ')[^1], CultureInfo.InvariantCulture) / files);
            isInstalled |= said == Mark + "installed";
        }
    }

    // The archive of a list of packages, how many files it has and of how many packages.
    private (string Path, int Files, int Packages) Archive(IReadOnlyList<string> names)
    {
        string list = string.Join(',', names.Order(StringComparer.Ordinal));
        byte[] content = [.. Encoding.UTF8.GetBytes(list), .. DebianInitramfs.Script("configure")];
        string key = Convert.ToHexStringLower(SHA256.HashData(content))[..16];
        return Find(key) ?? cache.Change(progress, () => Find(key) ?? Fetch(key, names));
    }

    // Its name says how much is in it.
    private (string Path, int Files, int Packages)? Find(string key)
    {
        string folder = cache.PathOf(Folder);
        string? path = Directory.Exists(folder) ? Directory.GetFiles(folder, $"{key}-*.tar").FirstOrDefault() : null;
        return path is not null && Path.GetFileNameWithoutExtension(path).Split('-') is [_, var files, var packages]
            ? (path, int.Parse(files, CultureInfo.InvariantCulture), int.Parse(packages, CultureInfo.InvariantCulture))
            : null;
    }

    private (string Path, int Files, int Packages) Fetch(string key, IReadOnlyList<string> names)
    {
        Apt apt = new(cache.PathOf("apt"), suite: null, progress.Stop);
        apt.Update(progress);
        IReadOnlyList<AptPackage> all = apt.WithDependencies(names);
        Directory.CreateDirectory(cache.PathOf(Folder));
        cache.InStaging(staging =>
        {
            string what = $"{all.Count} packages ({DiskSpace.Format(all.Sum(package => package.Bytes))})";
            apt.Download([.. all.Select(package => $"{package.Name}={package.Version}")], staging, what, progress);
            progress.Step("unpacking", report =>
            {
                string archive = Path.Combine(staging, "root.tar");
                int files = Pack(all, staging, archive, report);
                File.Move(archive, cache.PathOf(Folder, $"{key}-{files}-{all.Count}.tar"), overwrite: true);
            });
        });
        return Find(key) ?? throw new IOException("an archive vanished while it was put in place");
    }

    private int Pack(IReadOnlyList<AptPackage> all, string staging, string archive, Action<double> report)
    {
        using FileStream to = File.Create(archive);
        using DebianRootArchive root = new(to);
        for (int i = 0; i < all.Count; i++)
        {
            root.Add(Path.Combine(staging, all[i].FileName), progress.Stop);
            report(100.0 * (i + 1) / all.Count);
        }
        root.AddFile("configure", DebianInitramfs.Script("configure"));
        string mirror = new AptSuite(Suite).FindEntry(progress.Stop);
        root.AddFile("etc/apt/sources.list", Encoding.UTF8.GetBytes(mirror + "\n"));
        return root.Files;
    }
}
