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
            var fields = new Instruction(block.Words[i]);
            Footprint footprint = Footprint.Of(fields.Word, wideFloat);
            if (footprint.AddressReads == 1ul << register)
                ahead = ahead.With(footprint, fields.Immediate);
            if ((footprint.Writes >> register & 1) != 0)
                break;
        }
        return ahead;
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
