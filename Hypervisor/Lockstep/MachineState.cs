using System.Globalization;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.FloatingPoint;
using Dbt.Translator;
using Dbt.Translator.Instructions;

namespace Dbt.Hypervisor.Lockstep;

/// <summary>
/// Everything a machine holds at a unit boundary that another engine must hold as well, but for RAM: registers, TLB,
/// time and what was sent. A list of numbers with names, so that comparing is cheap and printing complete.
/// </summary>
public sealed unsafe class MachineState
{
    // General registers, HI and LO come first, as in a footprint; then PC; then floating-point registers and FCSR.
    private const int FirstFloat = 35;
    private const int TlbWords = 5;

    // A processor with guests has as many entries of its own; theirs are behind them.
    private const int FirstGuestEntry = 64;

    private static readonly string[] s_names = [.. Names()];
    private readonly ulong[] _values;

    private MachineState(ulong[] values) => _values = values;

    /// <summary>How many numbers there are.</summary>
    public int Count => _values.Length;

    /// <summary>
    /// The name of a number, as a person knows it: <c>$t0</c>, <c>EntryHi</c>, <c>TLB 3 EntryLo0</c>.
    /// </summary>
    public static string NameOf(int index) => index < s_names.Length ? s_names[index] : TlbName(index - s_names.Length);

    /// <summary>A number.</summary>
    public ulong this[int index] => _values[index];

    /// <summary>A number by its name.</summary>
    public ulong this[string name] => _values[Enumerable.Range(0, Count).First(index => NameOf(index) == name)];

    /// <summary>Address of the next unit.</summary>
    public uint Pc => (uint)this["PC"];

    /// <summary>The state of <paramref name="machine"/> now.</summary>
    /// <param name="machine">The machine, between two runs.</param>
    /// <param name="stopped">Why it last stopped.</param>
    /// <param name="sent">What left its serial ports.</param>
    public static MachineState Of(VirtualMachine machine, StopReason stopped, SerialDigest sent)
    {
        VirtualCpu cpu = machine.Cpu;
        GuestState* state = cpu.State;
        PendingCause.Resolve(state);
        PrivilegedContext? guest = cpu.Virtualization?.Guest;
        int entries = cpu.Context.Tlb.Size + (guest?.Tlb.Size ?? 0);
        ulong[] values = new ulong[s_names.Length + entries * TlbWords];
        int count = 0;
        void Add(ulong value) => values[count++] = value;

        for (int i = 0; i < 32; i++)
            Add(state->Gpr[i]);
        Add(state->Hi);
        Add(state->Lo);
        Add(state->Pc);
        for (int i = 0; i < 32; i++)
            Add(state->Fpr[i]);
        Add(state->Fcsr);
        Add((ulong)state->LinkBit);
        Add(state->LinkAddress);
        Add((ulong)state->Mode);
        for (int i = 0; i < 256; i++)
            Add(i == Cop0Register.Count ? cpu.Context.Cop0.Read(i) : cpu.Context.Cop0[i]);
        Add((ulong)cpu.Time.Retired);
        Add((ulong)machine.Now);
        Add((ulong)stopped);
        Add((ulong)sent.Length);
        Add(sent.Hash);
        for (int i = 0; i < 256; i++)
            Add(i == Cop0Register.Count ? guest?.Cop0.Read(i) ?? 0 : guest?.Cop0[i] ?? 0);
        AddTlb(cpu.Context.Tlb, Add);
        if (guest is not null)
            AddTlb(guest.Tlb, Add);
        return new MachineState(values);
    }

    /// <summary>Whether every number is the same.</summary>
    public bool IsSameAs(MachineState other) => _values.AsSpan().SequenceEqual(other._values);

    /// <summary>The numbers that are not the same.</summary>
    public IReadOnlyList<int> DifferencesTo(MachineState other) =>
        [.. Enumerable.Range(0, Count).Where(index => _values[index] != other._values[index])];

    /// <summary>
    /// Whether an instruction writes the number at <paramref name="index"/>, a register that the engines write.
    /// </summary>
    public static bool IsWritten(int index, Footprint footprint) => index switch
    {
        < FirstFloat - 1 => (footprint.Writes >> index & 1) != 0,
        FirstFloat - 1 => false,
        <= FirstFloat + Footprint.Fcsr => (footprint.FloatWrites >> index - FirstFloat & 1) != 0,
        _ => false,
    };

    private static void AddTlb(GuestTlb tlb, Action<ulong> add)
    {
        for (int i = 0; i < tlb.Size; i++)
        {
            TlbEntry entry = tlb[i];
            add(entry.PageMask);
            add(entry.EntryHi);
            add(entry.EntryLo0);
            add(entry.EntryLo1);
            add((ulong)entry.GuestId);
        }
    }

    private static IEnumerable<string> Names()
    {
        for (int i = 0; i < 32; i++)
            yield return Disassembler.RegisterName(i);
        yield return "HI";
        yield return "LO";
        yield return "PC";
        for (int i = 0; i < 32; i++)
            yield return string.Create(CultureInfo.InvariantCulture, $"$f{i}");
        yield return "FCSR";
        yield return "LL bit";
        yield return "LL address";
        yield return "mode bits";
        for (int i = 0; i < 256; i++)
            yield return Cop0Register.NameOf(i);
        yield return "instructions";
        yield return "nanoseconds";
        yield return "stop reason";
        yield return "serial bytes";
        yield return "serial hash";
        for (int i = 0; i < 256; i++)
            yield return $"guest {Cop0Register.NameOf(i)}";
    }

    private static string TlbName(int word)
    {
        string field = (word % TlbWords) switch
        {
            0 => "PageMask",
            1 => "EntryHi",
            2 => "EntryLo0",
            3 => "EntryLo1",
            _ => "GuestID",
        };
        int entry = word / TlbWords;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(entry < FirstGuestEntry ? "" : "guest ")}TLB {entry % FirstGuestEntry} {field}");
    }
}
