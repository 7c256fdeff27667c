using Dbt.Translator.Instructions;
using Dbt.Translator.Patches;

namespace Dbt.Hypervisor.Privileged;

/// <summary>
/// Which sensitive instructions become loads and stores on the register page once they have trapped, and which bits of
/// registers no store may change unseen. What each then does is <see cref="PatchMeanings{P, V}"/>.
/// </summary>
public sealed record PatchTable : IPatches
{
    /// <summary>
    /// Whether ordinary instructions are replaced, once they have trapped; if not, they trap each time.
    /// </summary>
    public bool ReplacesSites { get; init; } = true;

    /// <summary>Whether their paravirtual forms are, from the first time on; if not, those are reserved.</summary>
    public bool ReplacesForms { get; init; }

    /// <summary>Registers that are read by a load, by <see cref="Cop0Register"/>.</summary>
    public required IReadOnlySet<int> Loads { get; init; }

    /// <summary>
    /// Registers that are written by a store: the bits a store changes, and those whose change must exit.
    /// </summary>
    public required IReadOnlyDictionary<int, (uint Writable, uint Sensitive)> Stores { get; init; }

    /// <summary>Operations of CACHE that are replaced: bit n is operation n.</summary>
    public required uint CacheOperations { get; init; }

    /// <summary>
    /// Whether a store to Status that leaves kernel mode or lets an interrupt in exits, and DI and EI are replaced. If
    /// not, nobody looks at what is stored, and DI and EI always exit.
    /// </summary>
    public required bool WatchesStatus { get; init; }

    /// <summary>Whether registers lie on the page in the other byte order than the host's.</summary>
    public required bool IsPageReversed { get; init; }

    /// <summary>Whether an instruction is one to be replaced.</summary>
    /// <param name="reason">What it exits with.</param>
    /// <param name="word">The instruction.</param>
    public bool Replaces(ExitReason reason, Instruction word) =>
        (HasForm(word) || ReplacesSites && !ParavirtualForm.IsReserved(word)) && Covers(reason, word);

    /// <inheritdoc/>
    public bool HasForm(Instruction word) => ReplacesForms && ParavirtualForm.Is(word);

    /// <summary>Whether an instruction is one that could be replaced, in whichever form.</summary>
    /// <param name="reason">What it exits with.</param>
    /// <param name="word">The instruction.</param>
    public bool Covers(ExitReason reason, Instruction word) => reason switch
    {
        ExitReason.Mfc0 => Loads.Contains(8 * word.Rd + word.Sel),
        ExitReason.Mtc0 => Stores.ContainsKey(8 * word.Rd + word.Sel),
        ExitReason.Di or ExitReason.Ei => WatchesStatus,
        ExitReason.Cache => (CacheOperations >> word.Rt & 1) != 0,
        _ => false,
    };

    /// <summary>What an instruction that is to be replaced does then.</summary>
    /// <param name="reason">What it exits with.</param>
    /// <param name="word">The instruction.</param>
    public PatchRule RuleOf(ExitReason reason, Instruction word)
    {
        int register = 8 * word.Rd + word.Sel;
        switch (reason)
        {
            case ExitReason.Mfc0:
                return new PatchRule(PatchKind.MoveFrom, register);
            case ExitReason.Mtc0:
                (uint writable, uint sensitive) = Stores[register];
                PatchKind kind = !WatchesStatus ? PatchKind.MoveTo : register switch
                {
                    Cop0Register.Status => PatchKind.MoveToStatus,
                    Cop0Register.EntryLo0 or Cop0Register.EntryLo1 when (writable & ProcessorModel.Inhibits) != 0 =>
                        PatchKind.MoveToEntryLo,
                    _ => PatchKind.MoveTo,
                };
                return new PatchRule(kind, register, writable, sensitive);
            case ExitReason.Di:
                return new PatchRule(PatchKind.Disable);
            case ExitReason.Ei:
                return new PatchRule(PatchKind.Enable);
            default:
                return new PatchRule(word.Rt >> 2 < 4 ? PatchKind.IndexOperation : PatchKind.HitOperation);
        }
    }

    /// <inheritdoc/>
    public Patch? PatchOf(ExitReason reason, Instruction word) =>
        Replaces(reason, word) ? new RegisterPatch(RuleOf(reason, word), IsPageReversed) : null;

    /// <inheritdoc/>
    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(ReplacesSites);
        writer.Write(ReplacesForms);
        writer.Write(WatchesStatus);
        writer.Write(IsPageReversed);
        writer.Write(CacheOperations);
        writer.Write((ushort)Loads.Count);
        foreach (int register in Loads.Order())
            writer.Write((byte)register);
        writer.Write((ushort)Stores.Count);
        foreach ((int register, (uint writable, uint sensitive)) in Stores.OrderBy(store => store.Key))
        {
            writer.Write((byte)register);
            writer.Write(writable);
            writer.Write(sensitive);
        }
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> made.</summary>
    /// <exception cref="IOException">There is too little of it.</exception>
    public static PatchTable Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        bool sites = reader.ReadBoolean(), forms = reader.ReadBoolean();
        bool watches = reader.ReadBoolean(), reversed = reader.ReadBoolean();
        uint cacheOperations = reader.ReadUInt32();
        var loads = new HashSet<int>();
        for (int count = reader.ReadUInt16(); count > 0; count--)
            loads.Add(reader.ReadByte());
        var stores = new Dictionary<int, (uint, uint)>();
        for (int count = reader.ReadUInt16(); count > 0; count--)
            stores[reader.ReadByte()] = (reader.ReadUInt32(), reader.ReadUInt32());
        return new PatchTable
        {
            ReplacesSites = sites,
            ReplacesForms = forms,
            Loads = loads,
            Stores = stores,
            CacheOperations = cacheOperations,
            WatchesStatus = watches,
            IsPageReversed = reversed,
        };
    }
}
