using System.CommandLine;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Dbt.Tool.Guests.Kvm;
using Dbt.Tool.Terminal;
using Spectre.Console;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt guests</c>: what can be run, and what of it is on this machine.</summary>
internal static class GuestsCommand
{
    private static string[] DebianFolders => [DebianFiles.Folder, PackageSets.Folder, "apt"];

    public static Command Create()
    {
        Command command = new("guests", "Lists what can be run, where it comes from, and whether it is fetched.");
        command.SetAction(_ => List(GuestCache.OfUser()));
        command.Add(ForFetched("fetch", "Fetches a guest now, or again, with the newest packages; kvm-guest is built.", Fetch));
        command.Add(ForFetched("remove", "Removes a guest from the cache.", Remove));
        return command;
    }

    private static Command ForFetched(string name, string description, Action<GuestCache, string> action)
    {
        Argument<string> guest = new("GUEST") { Description = "The guest: debian or kvm-guest." };
        guest.Validators.Add(argument =>
        {
            if (argument.Tokens is [{ Value: not (GuestCatalog.Debian or GuestCatalog.KvmGuest) }])
                argument.AddError($"only '{GuestCatalog.Debian}' and '{GuestCatalog.KvmGuest}' are fetched; '{argument.Tokens[0].Value}' is not");
        });
        Command command = new(name, description) { guest };
        command.SetAction(options =>
        {
            action(GuestCache.OfUser(), options.GetRequiredValue(guest));
            return 0;
        });
        return command;
    }

    private static int List(GuestCache cache)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Guest", "What", "From", "Size");
        DebianFiles? debian = DebianFiles.TryLoad(cache);
        table.AddRow(
            GuestCatalog.Debian,
            $"Debian's {debian?.KernelName[(debian.KernelName.IndexOf('-') + 1)..] ?? "4kc-malta"} kernel and busybox",
            "Debian, through apt",
            debian is null ? "not fetched" : $"{DiskSpace.Format(DebianFolders.Where(folder => Directory.Exists(cache.PathOf(folder))).Sum(folder => SizeOf(cache.PathOf(folder))))}, fetched");
        byte[]? kvmGuest = KvmGuestKernel.TryLoad(cache);
        table.AddRow(
            GuestCatalog.KvmGuest,
            "Linux 5.10 for KVM's trap-and-emulate, and busybox",
            "Debian's source, built here",
            kvmGuest is null ? "not built" : $"{DiskSpace.Format(kvmGuest.Length)}, built");
        foreach (string rom in EmbeddedRoms.Names)
            table.AddRow(rom, EmbeddedRoms.Describe(rom), "part of dbt", DiskSpace.Format(EmbeddedRoms.SizeOf(rom)));
        table.AddRow("NAME" + EmbeddedRoms.BigEndian, "any of these programs, big-endian", "part of dbt", "");
        table.AddRow("FILE", "any MIPS ELF kernel or program without a system", "a path", "");
        Tables.Print(table);
        return 0;
    }

    private static void Fetch(GuestCache cache, string guest)
    {
        ConsoleFetchProgress progress = new();
        if (guest == GuestCatalog.KvmGuest)
        {
            KvmGuestKernel.Refresh(cache, progress);
            DebianFiles.Load(cache, progress);
            Console.WriteLine($"{KvmGuestKernel.Name} is in {cache.PathOf(KvmGuestKernel.Folder)}");
            return;
        }
        DebianFiles files = DebianFiles.Refresh(cache, progress);
        Console.WriteLine($"{files.KernelName} and busybox are in {cache.PathOf(DebianFiles.Folder)}");
    }

    private static void Remove(GuestCache cache, string guest)
    {
        if (!Directory.Exists(cache.Root))
            return;
        ConsoleFetchProgress progress = new();
        string[] folders = guest == GuestCatalog.KvmGuest
            ? [KvmGuestKernel.Folder, "apt-" + KernelBuild.Suite]
            : DebianFolders;
        cache.Change(() => progress.Note("waiting for another dbt that is fetching"), () =>
        {
            foreach (string folder in folders.Where(folder => Directory.Exists(cache.PathOf(folder))))
                Directory.Delete(cache.PathOf(folder), recursive: true);
            return 0;
        });
    }

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
