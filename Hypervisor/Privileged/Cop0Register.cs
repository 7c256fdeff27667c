using Dbt.Runtime.Execution;

namespace Dbt.Hypervisor.Privileged;

/// <summary>Indexes into the COP0 register page: register number × 8 + select.</summary>
public static class Cop0Register
{
#pragma warning disable CS1591 // The names are the manual's (MD00090, "CP0 registers").
    public const int Index = 0 * 8;
    public const int Random = 1 * 8;
    public const int EntryLo0 = 2 * 8;
    public const int EntryLo1 = 3 * 8;
    public const int Context = 4 * 8;
    public const int UserLocal = GuestState.UserLocal;
    public const int PageMask = 5 * 8;
    public const int PageGrain = 5 * 8 + 1;
    public const int Wired = 6 * 8;
    public const int HwrEna = GuestState.HwrEna;
    public const int BadVAddr = 8 * 8;
    public const int BadInstr = 8 * 8 + 1;
    public const int BadInstrP = 8 * 8 + 2;
    public const int Count = 9 * 8;
    public const int EntryHi = 10 * 8;
    public const int GuestCtl1 = 10 * 8 + 4;
    public const int GuestCtl2 = 10 * 8 + 5;
    public const int Compare = 11 * 8;
    public const int GuestCtl0Ext = 11 * 8 + 4;
    public const int Status = 12 * 8;
    public const int IntCtl = 12 * 8 + 1;
    public const int SrsCtl = 12 * 8 + 2;
    public const int SrsMap = 12 * 8 + 3;
    public const int GuestCtl0 = 12 * 8 + 6;
    public const int GtOffset = 12 * 8 + 7;
    public const int Cause = 13 * 8;
    public const int Epc = 14 * 8;
    public const int PrId = 15 * 8;
    public const int EBase = 15 * 8 + 1;
    public const int Config = 16 * 8;
    public const int Config1 = 16 * 8 + 1;
    public const int Config2 = 16 * 8 + 2;
    public const int Config3 = 16 * 8 + 3;
    public const int LlAddr = 17 * 8;
    public const int WatchLo = 18 * 8;
    public const int WatchHi = 19 * 8;
    public const int Debug = 23 * 8;
    public const int Depc = 24 * 8;
    public const int PerfCtl = 25 * 8;
    public const int ErrCtl = 26 * 8;
    public const int CacheErr = 27 * 8;
    public const int TagLo = 28 * 8;
    public const int DataLo = 28 * 8 + 1;
    public const int TagHi = 29 * 8;
    public const int DataHi = 29 * 8 + 1;
    public const int ErrorEpc = 30 * 8;
    public const int DeSave = 31 * 8;
    public const int KScratch = 31 * 8 + 2;
#pragma warning restore CS1591

    private static readonly Dictionary<int, string> s_names = typeof(Cop0Register).GetFields()
        .Where(field => field.IsLiteral).ToDictionary(field => (int)field.GetRawConstantValue()!, field => field.Name);

    /// <summary>The registers that have names, in the order of their numbers.</summary>
    public static IEnumerable<int> Named => s_names.Keys.Order();

    /// <summary>The name of a register: the manual's, or by its numbers, <c>COP0 22.1</c>.</summary>
    public static string NameOf(int register) =>
        s_names.GetValueOrDefault(register) ?? $"COP0 {register / 8}.{register % 8}";
}
