using System.Reflection.Emit;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>
/// The way to guest memory through the tables of the shadow TLB, which serves every address and guards every store.
/// </summary>
/// <param name="code">Where the code goes.</param>
/// <param name="layout">Where the tables are.</param>
/// <param name="exits">How to leave a unit whose address has no entry.</param>
internal sealed class ShadowTlbMemory(CodeEmitter code, StateLayout layout, IUnitExits exits) : IGuestMemory
{
    private const int PageBits = 12;

    // One of each for all accesses: the JIT gives registers to locals that are named often.
    private readonly SharedLocal _at = new(code, ExpressionType.Int32), _offset = new(code, ExpressionType.Native);

    // The tables have room for the two bits of misalignment that the rotation folds in; a third needs a test.
    private const int FoldedBits = 2;

    /// <summary>
    /// An entry of the table for fetches: what to add to an address of a page to have the host's; 0 if there is none.
    /// </summary>
    public static NativeValue FetchEntry(StateLayout layout, IntValue address) =>
        Entry(layout.FetchTable, address, PageBits);

    /// <inheritdoc/>
    public NativeValue HostAddress(AccessSize size, Node address, bool store)
    {
        IntValue at = _at.Hold<IntValue>(address);
        // host = address + offset
        return at.ToNative() + OffsetOf(size, at, store, exits.GiveUpLabel());
    }

    /// <summary>
    /// What to add to an address to have the host's; goes to <paramref name="giveUp"/> if there is nothing, or the
    /// address is not aligned.
    /// </summary>
    public NativeValue OffsetOf(AccessSize size, IntValue at, bool store, Label giveUp)
    {
        // offset = table's; if (offset == 0) goto giveUp;
        NativeValue offset = _offset.Hold(Entry(size, at, store, giveUp));
        code.GotoIf(offset.IsNull(), giveUp);
        return offset;
    }

    /// <summary>
    /// The entry for an access, 0 if there is none or the address is not aligned; goes to
    /// <paramref name="misaligned"/> where the entry cannot say the latter.
    /// </summary>
    public NativeValue Entry(AccessSize size, IntValue at, bool store, Label misaligned)
    {
        if (size == AccessSize.Double)
            code.GotoIf(at & 4, misaligned);
        // table[ror(address, k) >>> 12 - k]
        int shift = Math.Min((int)uint.TrailingZeroCount((uint)size), FoldedBits);
        return Entry(store ? layout.WriteTable : layout.ReadTable, at.RotatedRight(shift), PageBits - shift);
    }

    /// <inheritdoc/>
    public void Probe(Node address) => HostAddress(AccessSize.Byte, address, store: false);

    // s->Table[address >>> shift]
    private static NativeValue Entry(int table, IntValue address, int shift) =>
        Guest.State.Native(table).Element(address >>> shift, sizeof(long)).Native(0);
}
