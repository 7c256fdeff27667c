using System.CommandLine;
using Dbt.Tool.Guests;
using Dbt.Tool.Terminal;
using Spectre.Console;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt guests</c>: what can be run, and what of it is on this machine.</summary>
internal static class GuestsCommand
{
    public static Command Create()
    {
        Command command = new("guests", "Lists what can be run, where it comes from, and whether it is fetched.");
        command.SetAction(_ => List(GuestCache.OfUser()));
        command.Add(ForFetched("fetch", "Fetches, or builds, a guest now, or again, with the newest packages.", Fetch));
        command.Add(ForFetched("remove", "Removes a guest from the cache.", Remove));
        return command;
    }

    private static Command ForFetched(
        string name, string description, Action<GuestCache, GuestSystem, IFetchProgress> action)
    {
        Argument<string> guest = new("GUEST") { Description = $"The guest: one of {GuestCatalog.NamesOf()}." };
        guest.Validators.Add(argument =>
        {
            if (argument.Tokens is [{ Value: var given }] && GuestCatalog.FindSystem(given) is null)
                argument.AddError($"only {GuestCatalog.NamesOf()} are fetched; '{given}' is not");
        });
        Command command = new(name, description) { guest };
        command.SetAction(options => HostSignals.Run(stop =>
        {
            GuestSystem system = GuestCatalog.FindSystem(options.GetRequiredValue(guest))!;
            action(GuestCache.OfUser(), system, new ConsoleFetchProgress(stop));
            return 0;
        }));
        return command;
    }

    private static int List(GuestCache cache)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Guest", "What", "From", "Size");
        foreach (GuestSystem system in GuestCatalog.Systems)
            table.AddRow(system.Name, system.Describe(cache), system.Origin, system.DescribeState(cache));
        foreach (string rom in EmbeddedRoms.Names)
            table.AddRow(rom, EmbeddedRoms.Describe(rom), "part of dbt", DiskSpace.Format(EmbeddedRoms.SizeOf(rom)));
        table.AddRow("NAME" + EmbeddedRoms.BigEndian, "any of these programs, big-endian", "part of dbt", "");
        table.AddRow("FILE", "any MIPS ELF kernel or program without a system", "a path", "");
        Tables.Print(table);
        return 0;
    }

    private static void Fetch(GuestCache cache, GuestSystem guest, IFetchProgress progress) =>
        Console.WriteLine(Message.Plain(guest.Refresh(cache, progress)));

    private static void Remove(GuestCache cache, GuestSystem guest, IFetchProgress progress)
    {
        if (!Directory.Exists(cache.Root))
            return;
        IEnumerable<GuestSystem> others = GuestCatalog.Systems.Where(other => other != guest && other.IsIn(cache));
        string[] shared = [.. others.SelectMany(other => other.Folders)];
        cache.Change(progress, () =>
        {
            foreach (string folder in guest.Folders.Except(shared)
                .Where(folder => Directory.Exists(cache.PathOf(folder))))
                Directory.Delete(cache.PathOf(folder), recursive: true);
            return 0;
        });
    }
}
