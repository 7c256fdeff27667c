using System.CommandLine;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Spectre.Console;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt guests</c>: what can be run, and what of it is on this machine.</summary>
internal static class GuestsCommand
{
    public static Command Create()
    {
        Command command = new("guests", "Lists what can be run, where it comes from, and whether it is fetched.");
        command.SetAction(_ => List(GuestCache.OfUser()));
        command.Add(ForDebian("fetch", "Fetches a guest now, or again, with the newest packages.", Fetch));
        command.Add(ForDebian("remove", "Removes a guest from the cache.", Remove));
        return command;
    }

    private static Command ForDebian(string name, string description, Action<GuestCache> action)
    {
        Argument<string> guest = new("GUEST") { Description = "The guest: debian." };
        guest.Validators.Add(argument =>
        {
            if (argument.Tokens is [{ Value: not GuestCatalog.Debian }])
                argument.AddError($"only '{GuestCatalog.Debian}' is fetched; '{argument.Tokens[0].Value}' is not");
        });
        Command command = new(name, description) { guest };
        command.SetAction(_ =>
        {
            action(GuestCache.OfUser());
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
            debian is null ? "not fetched" : $"{Quantity.FormatBytes(SizeOf(cache.Root))}, fetched");
        foreach (string rom in EmbeddedRoms.Names)
            table.AddRow(rom, EmbeddedRoms.Describe(rom), "part of dbt", Quantity.FormatBytes(EmbeddedRoms.SizeOf(rom)));
        table.AddRow("FILE", "any MIPS ELF kernel or program without a system", "a path", "");
        AnsiConsole.Write(table);
        return 0;
    }

    private static void Fetch(GuestCache cache)
    {
        DebianFiles files = DebianFiles.Refresh(cache, new ConsoleFetchProgress());
        Console.WriteLine($"{files.KernelName} and busybox are in {cache.PathOf(DebianFiles.Folder)}");
    }

    private static void Remove(GuestCache cache)
    {
        if (!Directory.Exists(cache.Root))
            return;
        ConsoleFetchProgress progress = new();
        cache.Change(() => progress.Note("waiting for another dbt that is fetching"), () =>
        {
            foreach (string folder in (string[])[DebianFiles.Folder, PackageSets.Folder, "apt"])
            {
                if (Directory.Exists(cache.PathOf(folder)))
                    Directory.Delete(cache.PathOf(folder), recursive: true);
            }
            return 0;
        });
    }

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
