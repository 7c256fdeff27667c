using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using Dbt.Hypervisor;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Network;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Network;
using Xunit;

namespace Dbt.TestRoms.State;

/// <summary>
/// Whoever adds a field that can change declares it in its component's Walk, or says here why a saved machine does without it. Alone: what is
/// changed for a moment may be what machines share.
/// </summary>
[CollectionDefinition(nameof(DeclaredStateTests), DisableParallelization = true)]
[Collection(nameof(DeclaredStateTests))]
public sealed unsafe class DeclaredStateTests
{
    private const string Cache = "only ever a cache", Wiring = "set when the machine is built, and never after", Host = "the host's business",
        Scratch = "means something only while one exit is handled", Follows = "follows from what is saved",
        Reports = "for whoever looks at the guest as it runs",
        Memory = "saved, but not by reference: pages that are not zero, runs, sites";

    /// <summary>Types of which nothing is saved.</summary>
    private static readonly Dictionary<string, string> s_types = new()
    {
        ["MachineConfiguration"] = Wiring,
        ["ElfImage"] = Wiring,
        ["ProcessorModel"] = Wiring,
        ["AddressMap"] = Wiring,
        ["PatchTable"] = Wiring,
        ["MemoryLayout"] = Wiring,
        ["Interpreter`2"] = Cache,
        ["BlockCache"] = Cache,
        ["CodeMap"] = Cache,
        ["RefillHandler"] = Scratch,
        ["DriveMedium"] = "what the host does for a drive, and does again; what is forgotten at the end is saved, and DiskImageTests see to it",
        ["PollLoop"] = "finds the loop again: what it skips, the guest cannot tell, and its accesses are counted",
    };

    /// <summary>Folders of which nothing is saved: engines and what they translated.</summary>
    private static readonly string[] s_folders = ["Dbt.Runtime.Translation", "Dbt.Runtime.Threaded", "Dbt.Runtime.Persistence", "Dbt.Translator"];

    private static readonly Dictionary<string, string> s_fields = new()
    {
        ["VirtualMachine._isGone"] = Host,
        ["MachineMemory._states"] = "saved, but what is shared is saved as private",
        ["MachineMemory._pages"] = Host,
        ["MachineMemory._counts"] = Follows,
        ["MachineMemory._store"] = Host,
        ["GuestRam._base"] = Memory,
        ["GuestRam._mapped"] = Host,
        ["GuestRam.Seams"] = Host,
        ["StoreGuard._reasons"] = Follows,
        ["GuestPmap._entries"] = Memory,
        ["GuestPmap._used"] = Follows,
        ["GuestTlb._compared"] = Follows,
        ["GuestTlb._values"] = Follows,
        ["Cop0._page"] = Memory,
        ["ShadowComposition._space"] = Follows,
        ["ShadowComposition._ofFetches"] = Follows,
        ["ContextStage._other"] = Wiring,
        ["ShadowComposition._world"] = Follows,
        ["GuestPhysicalStage.GuestId"] = Follows,
        ["GuestWorlds._guests"] = Cache,
        ["VirtualizationModule._page"] = Memory,
        ["AddressTranslation._stages"] = Follows,
        ["AddressTranslation._ofFetches"] = Follows,
        ["AddressTranslation.PendingAddress"] = Scratch,
        ["AddressTranslation.Pending"] = Scratch,
        ["AddressTranslation.PendingFor"] = Scratch,
        ["VirtualMachine._awaitsInput"] = Host,
        ["VirtualMachine._hasArrivals"] = Host,
        ["PcnetTraffic._frame"] = Scratch,
        ["MicrowireEeprom.words"] = Wiring,
        ["E1000Transmitter._frame"] = Scratch,
        ["FrameSegments._segment"] = Scratch,
        ["VirtioNet._frame"] = Scratch,
        ["VirtioDevice._memory"] = Wiring,
        ["VirtioDevice._queues"] = Wiring,
        ["VirtioMemory.Order"] = Follows,
        ["InCacheExits._book"] = Cache,
        ["ShadowTlb._count"] = Cache,
        ["ShadowTlb._uses"] = Cache,
        ["ShadowTlb.Space._read"] = Cache,
        ["ShadowTlb.Space._write"] = Cache,
        ["ShadowTlb.Space._fetch"] = Cache,
        ["FilledPages._pages"] = Cache,
        ["FilledPages._count"] = Cache,
        ["FilledPages._last"] = Cache,
        ["FilledPages._before"] = Cache,
        ["ShadowTlb.Space.WritesStale"] = Cache,
        ["ShadowTlb.Space.LastUse"] = Cache,
        ["MemoryTrace.Frames"] = Follows,
        ["Clock.NextDue"] = Follows,
        ["Clock.NextEndsWork"] = Follows,
        ["PrivilegedContext.Streak"] = Reports,
        ["DeviceAccess.LatestRead"] = Reports,
        ["InstructionClock._hostBefore"] = Host,
        ["InstructionClock._longestGrant"] = Host,
        ["PciFunction.Interrupt"] = Wiring,
        ["IdeDrive._busMaster"] = Wiring,
        ["CfiFlash._query"] = Wiring,
        ["Ps2Device._identity"] = Wiring,
        ["ExitAccount._last"] = Scratch,
        ["InstructionAccount._before"] = "saved with what came since",
    };

    private static readonly Dictionary<string, string> s_guestState = new()
    {
        [nameof(GuestState.NextPc)] = Scratch,
        [nameof(GuestState.ResumePc)] = Scratch,
        [nameof(GuestState.ExitWord)] = Scratch,
        [nameof(GuestState.Left)] = Scratch,
        [nameof(GuestState.ExitOffset)] = Scratch,
        [nameof(GuestState.PendingOperation)] = "worked out before the state is saved",
        [nameof(GuestState.PendingOperands)] = "worked out before the state is saved",
        [nameof(GuestState.Fir)] = Wiring,
        [nameof(GuestState.HasMips16)] = Wiring,
        [nameof(GuestState.ReadTable)] = Follows,
        [nameof(GuestState.FetchTable)] = Follows,
        [nameof(GuestState.WriteTable)] = Follows,
        [nameof(GuestState.Kseg0)] = Wiring,
        [nameof(GuestState.WindowStart)] = Wiring,
        [nameof(GuestState.WindowBytes)] = Follows,
        [nameof(GuestState.StoreGuard)] = Wiring,
        [nameof(GuestState.HeatLimit)] = Wiring,
        [nameof(GuestState.CodeChanges)] = Cache,
        [nameof(GuestState.CarryOut)] = Wiring,
        [nameof(GuestState.ExitBook)] = Wiring,
        [nameof(GuestState.UnseenExits)] = Scratch,
        [nameof(GuestState.ModeKey)] = Follows,
        [nameof(GuestState.Blocks)] = Wiring,
        [nameof(GuestState.BlockTable)] = Wiring,
        [nameof(GuestState.ComputedJumps)] = Wiring,
        [nameof(GuestState.Entries)] = "a figure of one engine",
    };

    [Fact]
    public void Every_field_that_can_change_is_saved_or_on_the_list()
    {
        using VirtualMachine usual = Machine(), withGuests = WithGuests();
        Assert.All([usual, withGuests], Declares);
    }

    private static void Declares(VirtualMachine machine)
    {
        IReadOnlyList<HeldField> fields = HeldFields.ReachableFrom(machine, IsLeft);

        string[] forgotten =
        [
            .. from field in fields
               where !s_fields.ContainsKey(field.Name) && field.Owner is not Register
               where !IsSaved(field, IsOnBoard(field) ? machine.Board : machine.Cpu) && !IsSaved(field, machine)
               group field by field.Name into fieldsOfName
               select fieldsOfName.Key,
        ];

        Assert.True(forgotten.Length == 0, $"declare in Walk, or list with a reason: {string.Join(", ", forgotten)}");
        Assert.True(fields.Count > 250, $"only {fields.Count} fields were found");
    }

    [Fact]
    public void Every_register_of_every_device_is_saved()
    {
        using VirtualMachine machine = Machine();
        Register[] registers = [.. HeldFields.ReachableFrom(machine, IsLeft).Select(field => field.Owner).OfType<Register>()];
        IReadOnlyDictionary<string, StateItem> before = StateLister.Of(machine.Board);
        foreach (Register register in registers)
            register.Value ^= 1;
        IReadOnlyDictionary<string, StateItem> after = StateLister.Of(machine.Board);

        Assert.True(registers.Length > 500, $"only {registers.Length} registers were found");
        Assert.Equal(registers.Length, before.Count(item => after[item.Key] != item.Value));
    }

    [Fact]
    public void The_list_names_fields_that_are_there()
    {
        using VirtualMachine usual = Machine(), withGuests = WithGuests();
        HashSet<string> fields = [.. new[] { usual, withGuests }.SelectMany(machine => HeldFields.ReachableFrom(machine, IsLeft)).Select(field => field.Name)];

        Assert.Empty(s_fields.Keys.Except(fields));
    }

    [Fact]
    public void Every_field_of_the_guest_s_processor_is_saved_or_on_the_list()
    {
        using VirtualMachine machine = Machine();
        byte* state = (byte*)machine.Cpu.State;
        List<string> forgotten = [];
        IEnumerable<string> fields = typeof(GuestState).GetFields(BindingFlags.Instance | BindingFlags.Public).Select(field => field.Name);
        foreach (string field in fields.Except(s_guestState.Keys))
        {
            byte* changed = state + Marshal.OffsetOf<GuestState>(field);
            IReadOnlyDictionary<string, StateItem> before = StateLister.Of(machine.Cpu);
            *changed ^= 1;
            if (IsSame(before, StateLister.Of(machine.Cpu)))
                forgotten.Add(field);
            *changed ^= 1;
        }

        Assert.Empty(forgotten);
    }

    private static VirtualMachine Machine()
    {
        DriveConfiguration disk = new(0, typeof(DeclaredStateTests).Assembly.Location) { IsReadOnly = true };
        VirtualMachine machine = new(GuestRun.Rom("kernel") with
        {
            Drives = [disk, disk with { Slot = 2, IsCdrom = true }, disk with { IsVirtio = true }],
            HasEntropy = true,
            HasVirtioConsole = true,
            SecondLevelTlb = 16,
            ShadowPageTables = true,
            CountSites = true,
            CountOverTime = true,
            TranslateInBackground = false,
            Network = [.. Enum.GetValues<CardModel>().Select((model, place) => new NetworkCard(model, MacAddress.OfCard(place), () => new Unconnected()))],
        });
        machine.RunTo(100_000, CancellationToken.None);
        return machine;
    }

    private static VirtualMachine WithGuests()
    {
        VirtualMachine machine = new(GuestRun.Rom("vz") with { TranslateInBackground = false });
        machine.RunTo(100_000, CancellationToken.None);
        return machine;
    }

    private static bool IsLeft(Type type) =>
        s_types.ContainsKey(type.Name) || s_folders.Any(folder => type.Namespace?.StartsWith(folder, StringComparison.Ordinal) == true);

    // The lists of the board and of the processor are short; a machine's has the checksums of its memory.
    private static bool IsOnBoard(HeldField field) => field.Owner.GetType().Namespace is "Dbt.Runtime.Devices" or "Dbt.Runtime.Bus";

    /// <summary>Whether the list of a machine's state is another when the field is.</summary>
    private static bool IsSaved(HeldField field, IHasState whole)
    {
        IReadOnlyDictionary<string, StateItem> before = StateLister.Of(whole);
        object? held = field.Field.GetValue(field.Owner);
        switch (held)
        {
            case Array { Length: > 0 } array:
                object first = array.GetValue(0)!;
                array.SetValue(Other(first), 0);
                bool saved = !IsSame(before, StateLister.Of(whole));
                array.SetValue(first, 0);
                return saved;
            case IEnumerable and not string:
                Type collection = held.GetType();
                if ((collection.GetMethod("Enqueue") ?? collection.GetMethod("Add")) is not { } add || add.GetParameters().Length != 1)
                    return false;
                add.Invoke(held, [Activator.CreateInstance(collection.GetGenericArguments()[0])]);
                return !IsSame(before, StateLister.Of(whole));
            case null when Nullable.GetUnderlyingType(field.Field.FieldType) is { } type:
                return IsSavedAs(Activator.CreateInstance(type)!);
            case ValueType value:
                return IsSavedAs(Other(value));
            default:
                return false;
        }

        bool IsSavedAs(object other)
        {
            field.Field.SetValue(field.Owner, other);
            bool saved = !IsSame(before, StateLister.Of(whole));
            field.Field.SetValue(field.Owner, held);
            return saved;
        }
    }

    private static bool IsSame(IReadOnlyDictionary<string, StateItem> one, IReadOnlyDictionary<string, StateItem> other) =>
        one.Count == other.Count && one.All(item => other.TryGetValue(item.Key, out StateItem found) && found == item.Value);

    private static object Other(object value)
    {
        Type type = value.GetType();
        if (value is bool flag)
            return !flag;
        if (type.IsEnum)
            return Enum.ToObject(type, Convert.ToInt64(value) ^ 1);
        if (value is ulong wide)
            return wide ^ 1;
        if (type.IsPrimitive)
            return Convert.ChangeType(Convert.ToInt64(value) ^ 1, type);
        FieldInfo field = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)[0];
        field.SetValue(value, Other(field.GetValue(value)!));
        return value;
    }
}
