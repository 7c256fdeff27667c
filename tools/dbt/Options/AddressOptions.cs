using Dbt.Hypervisor.Privileged;

namespace Dbt.Tool.Options;

/// <summary>The options about the stages of address translation.</summary>
internal static class AddressOptions
{
    // Programs of some hundred pages miss 64 all the time; more than this hardly helps Linux.
    private const int KeptTlbEntries = 512;

    private const int MostTlbEntries = Hypervisor.Memory.SecondLevelTlb.MostEntries;

    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Address translation");

    /// <summary><c>--shadow-page-tables</c>.</summary>
    public static readonly DeclaredOption<bool> ShadowPageTables = new(
        Group, "--shadow-page-tables", null,
        "Look up what the guest's TLB misses in its page tables, and trace these, in place of refill exceptions.")
    {
        SetsMachine = (machine, on) => machine with { ShadowPageTables = on },
    };

    /// <summary><c>--l2tlb</c>.</summary>
    public static readonly DeclaredOption<int?> SecondLevelTlb = new(
        Group, "--l2tlb", "N",
        "Keep N entries that the guest's TLB lost, as Disco did, where the guest cannot tell: fewer refill exceptions. 0 is exact.")
    {
        CustomParser = argument => OptionValue.Parse(
            argument,
            text => text == "0" ? 0 : Quantity.ParseCount(text) is { } count and <= MostTlbEntries
                ? (int)count
                : (int?)null,
            $"a number from 0 to {MostTlbEntries}"),
        DefaultText = OptionValue.Format(KeptTlbEntries),
        // A mode that looks into the page tables knows itself how much to keep; with guests, whose entries share the
        // TLB with root's, and in the guest context of a module it is exact.
        SetsMachine = (machine, entries) => machine with
        {
            SecondLevelTlb = entries
                ?? (machine.ShadowPageTables || machine.Processor?.Guest is not null || machine.Patch == PatchPolicy.Vz
                    ? 0
                    : KeptTlbEntries),
        },
    };

    /// <summary><c>--trace</c>.</summary>
    public static readonly DeclaredOption<uint[]> TracedPages = new(
        Group, "--trace", "LIST",
        "Watch the pages at these physical addresses for stores, for --stats (ADDRESS,ADDRESS,... in hexadecimal).")
    {
        Arity = System.CommandLine.ArgumentArity.ExactlyOne,
        CustomParser = argument =>
            [.. OptionValue.ParseAddresses(argument, "physical addresses").Select(address => address & ~0xfffu)],
        Default = [],
        SetsMachine = (machine, pages) => machine with { TracedPages = pages },
    };
}
