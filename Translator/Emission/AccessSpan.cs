using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>
/// What a block's accesses to memory off one base register, as that is now, come to. Bytes are counted from the base.
/// </summary>
internal readonly record struct AccessSpan
{
    private static readonly AccessSpan s_none = new()
    {
        First = int.MaxValue,
        Last = int.MinValue,
        FirstStored = int.MaxValue,
        LastStored = int.MinValue,
    };

    /// <summary>How many there are.</summary>
    public int Count { get; init; }

    /// <summary>
    /// How many of them can share one look at the tables: whole, of up to 32 bits, and aligned if the base is.
    /// </summary>
    public int Near { get; init; }

    /// <summary>The first byte of those.</summary>
    public int First { get; init; }

    /// <summary>Their last byte.</summary>
    public int Last { get; init; }

    /// <summary>The widest of them, in bytes; 0 if there is none.</summary>
    public int Widest { get; init; }

    /// <summary>How many of all are stores.</summary>
    public int Stores { get; init; }

    /// <summary>The first byte that is stored.</summary>
    public int FirstStored { get; init; }

    /// <summary>The last byte that is stored.</summary>
    public int LastStored { get; init; }

    /// <summary>The accesses from where the compilation stands to the end of the block.</summary>
    /// <param name="at">Where it stands.</param>
    /// <param name="register">The base register: it ends where that is written.</param>
    /// <param name="wideFloat">Whether floating-point registers are 64 bits wide.</param>
    public static AccessSpan Ahead(RegionCursor at, int register, bool wideFloat)
    {
        AccessSpan ahead = s_none;
        RegionBlock block = at.Block;
        for (int i = at.Index; i < block.Words.Count; i++)
        {
            InstructionRow row = InstructionSet.Find(block.Words[i], block.Pc);
            Instruction fields = row.FieldsOf(block.Words[i]);
            Footprint footprint = Footprint.Of(block.Words[i], wideFloat, block.Pc & 1);
            if (footprint.AddressReads == 1ul << register)
            {
                bool isList = row.Has(InstructionFlags.RegisterList);
                foreach (int offset in isList ? ListOf(row, fields) : [fields.Immediate])
                    ahead = ahead.With(footprint, offset);
            }
            if ((footprint.Writes >> register & 1) != 0)
                break;
        }
        return ahead;
    }

    // The offsets of a SAVE or RESTORE: arguments lie above the frame, what is kept at its upper end.
    private static IEnumerable<int> ListOf(InstructionRow row, Instruction fields)
    {
        bool stores = row.Has(InstructionFlags.Store);
        for (int i = 0; stores && i < fields.Saved.Arguments; i++)
            yield return 4 * i;
        for (int i = 1; i <= fields.Saved.Below.Length; i++)
            yield return (stores ? 0 : fields.FrameBytes) - 4 * i;
    }

    private AccessSpan With(Footprint access, int offset)
    {
        int last = offset + access.AccessBytes - 1;
        AccessSpan with = this with { Count = Count + 1 };
        if ((access.Flags & InstructionFlags.Store) != 0)
        {
            with = with with
            {
                Stores = Stores + 1,
                FirstStored = Math.Min(FirstStored, offset),
                LastStored = Math.Max(LastStored, last),
            };
        }
        return access.IsWholeAccess && access.AccessBytes <= sizeof(uint) && (offset & access.AccessBytes - 1) == 0
            ? with with
            {
                Near = Near + 1,
                First = Math.Min(First, offset),
                Last = Math.Max(Last, last),
                Widest = Math.Max(Widest, access.AccessBytes),
            }
            : with;
    }
}
