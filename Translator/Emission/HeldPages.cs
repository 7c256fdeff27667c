using System.Numerics;
using System.Reflection.Emit;
using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Translator.Emission;

/// <summary>
/// The pages that accesses within loops met last, held in locals: an access that comes round again compares its page
/// with a local in place of a look into the tables. Nothing that a region does changes these, so that what is held is
/// right until the region is left. Where pages change too often for that, only the way from the guest's address to the
/// host's is held, which neighbouring pages often share: the tables are looked into each time, but the access does not
/// wait for what they say.
/// </summary>
/// <param name="code">Where the code goes.</param>
/// <param name="cursor">Where the compilation stands.</param>
/// <param name="frame">How to leave.</param>
/// <param name="tables">What is looked into for a page that is not held.</param>
/// <param name="onlyOffsets">Whether it is not pages that are held, but what leads from them to the host's.</param>
internal sealed class HeldPages(
    CodeEmitter code, RegionCursor cursor, FragmentFrame frame, ShadowTlbMemory tables, bool onlyOffsets)
{
    private const int PageBytes = 1 << 12;

    // What no address of the guest is in: whatever is compared with it misses.
    private const long NoPage = 1L << 32;

    // No entry of the tables is odd.
    private const long NoOffset = 1;

    private static readonly NativeValue s_links = CodeEmitter.Argument<NativeValue>(1, ExpressionType.Native);

    private readonly Dictionary<PageKey, HeldPage> _pages = [];
    private readonly Dictionary<uint, HeldPage> _byAccess = [];

    /// <summary>Declares what is held, before anything is emitted.</summary>
    /// <param name="region">The region.</param>
    /// <param name="flow">How its blocks lead to each other.</param>
    /// <param name="wideFloat">Whether floating-point registers are 64 bits wide.</param>
    public void Declare(Region region, RegionFlow flow, bool wideFloat)
    {
        foreach ((uint pc, PageKey key) in region.Blocks.Where(flow.IsInLoop).SelectMany(b => AccessesOf(b, wideFloat)))
            _byAccess[pc] = PageOf(key);
    }

    /// <summary>Nothing is held at the entry.</summary>
    public void EmitEntry()
    {
        // offset = no offset; or page = no page; offset = 0;
        foreach (HeldPage held in _pages.Values)
        {
            if (!onlyOffsets)
                code.Assign(held.Page, NoPage);
            code.Assign(held.Offset, onlyOffsets ? NoOffset : 0);
        }
    }

    /// <summary>Whether the access that is being compiled has a page held for it.</summary>
    public bool Serves(bool store) => _byAccess.TryGetValue(cursor.Pc, out HeldPage? held) && (!store || held.Stores);

    /// <summary>The host address of the access that is being compiled.</summary>
    /// <param name="size">Its width.</param>
    /// <param name="address">Where it is.</param>
    public NativeValue HostAddress(AccessSize size, IntValue address) => Host(size, address, (int)size);

    /// <summary>The host address of a span of bytes that are on one page.</summary>
    /// <param name="alignment">What it must be aligned to, in bytes.</param>
    /// <param name="begin">Its first byte.</param>
    /// <param name="bytes">How many it has.</param>
    public NativeValue HostSpan(AccessSize alignment, IntValue begin, int bytes) => Host(alignment, begin, bytes);

    private NativeValue Host(AccessSize alignment, IntValue address, int bytes)
    {
        HeldPage held = _byAccess[cursor.Pc];
        IntValue at = code.Hold(address);
        Label elsewhere = code.DefineLabel(), found = code.DefineLabel();
        if (onlyOffsets)
            EmitLook(held, at, alignment, bytes, elsewhere);
        else
            EmitComparison(held, at, alignment, bytes, elsewhere);
        code.Mark(found);
        EmitElsewhere(held, elsewhere, found, at, alignment, bytes);
        return at.ToNative() + held.Offset;
    }

    private void EmitComparison(HeldPage held, IntValue at, AccessSize alignment, int bytes, Label elsewhere)
    {
        LongValue within = at.ToUInt64() ^ held.Page;
        if (bytes <= (int)alignment)
        {
            // if (((at ^ page) & (~0xfff | alignment - 1)) != 0) goto elsewhere;
            code.GotoIf((within & (-PageBytes | (long)alignment - 1)).IsNot(0), elsewhere);
            return;
        }
        // within = at ^ page; if (within > 4096 - bytes || (within & alignment - 1) != 0) goto elsewhere;
        within = code.Copy(within);
        code.GotoUnless(within.IsBelow(PageBytes - bytes + 1), elsewhere);
        if (alignment > AccessSize.Byte)
            code.GotoIf(within.ToInt32() & (int)alignment - 1, elsewhere);
    }

    private void EmitLook(HeldPage held, IntValue at, AccessSize alignment, int bytes, Label elsewhere)
    {
        if (bytes > (int)alignment)
            code.GotoUnless(FitsPage(at, bytes), elsewhere);
        // if (table's != offset) goto elsewhere;
        code.GotoIf(tables.Entry(alignment, at, held.Stores, elsewhere).IsNot(held.Offset), elsewhere);
    }

    // (at & 0xfff) <= 4096 - bytes
    private static IntValue FitsPage(IntValue at, int bytes) => (at & PageBytes - 1).IsBelow(PageBytes - bytes + 1);

    // Looks the page up, or leaves as an access without a held page would.
    private void EmitElsewhere(
        HeldPage held, Label elsewhere, Label found, IntValue at, AccessSize alignment, int bytes)
    {
        Label giveUp = frame.GiveUpLabel(), miss = frame.WindowMissLabel();
        code.Cold(() =>
        {
            code.Mark(elsewhere);
            if (bytes > (int)alignment)
                code.GotoUnless(FitsPage(at, bytes), miss);
            // if (--links->PagesLeft < 0) miss;
            LongValue left = s_links.Long(LinkLayout.PagesLeft);
            code.Assign(left, left + -1);
            code.GotoUnless(left.IsAtLeast(0), miss);
            // offset = the tables'; page = at & ~0xfff; goto found;
            code.Assign(held.Offset, tables.OffsetOf(alignment, at, held.Stores, giveUp));
            if (!onlyOffsets)
                code.Assign(held.Page, (at & -PageBytes).ToUInt64());
            code.Goto(found);
        });
    }

    // Accesses off a register share a page as long as it is only moved, as a pointer is that goes through an array.
    private static IEnumerable<(uint Pc, PageKey Key)> AccessesOf(RegionBlock block, bool wideFloat)
    {
        var definitions = new uint[Footprint.Lo + 1];
        for (int i = 0; i < block.Words.Count; i++)
        {
            uint pc = block.AddressOf(i);
            var footprint = Footprint.Of(block.Words[i], wideFloat, block.Pc & 1);
            if (footprint.AccessBytes > 0 && BitOperations.IsPow2(footprint.AddressReads))
            {
                int register = BitOperations.TrailingZeroCount(footprint.AddressReads);
                bool stores = (footprint.Flags & InstructionFlags.Store) != 0;
                yield return (pc, new PageKey(register, definitions[register], stores));
            }
            for (ulong written = footprint.Writes; written != 0; written &= written - 1)
            {
                int register = BitOperations.TrailingZeroCount(written);
                if (footprint.Reads != 1ul << register || footprint.AccessBytes > 0)
                    definitions[register] = pc;
            }
        }
    }

    private HeldPage PageOf(PageKey key)
    {
        if (!_pages.TryGetValue(key, out HeldPage? held))
        {
            _pages[key] = held = new HeldPage(
                code.Declare<LongValue>(ExpressionType.Int64), code.Declare<NativeValue>(ExpressionType.Native),
                key.Stores);
        }
        return held;
    }

    /// <summary>What accesses share a page by.</summary>
    /// <param name="Register">Their base register.</param>
    /// <param name="Definition">Where the block gave it another value; 0 for what it came with.</param>
    /// <param name="Stores">Whether they are stores: a page may be one to load from only.</param>
    private readonly record struct PageKey(int Register, uint Definition, bool Stores);

    /// <summary>A page that is held.</summary>
    /// <param name="Page">Its first address in the guest.</param>
    /// <param name="Offset">What to add to an address of the guest within it.</param>
    /// <param name="Stores">Whether it is one to store to.</param>
    private sealed record HeldPage(LongValue Page, NativeValue Offset, bool Stores);
}
