using System.Runtime.InteropServices;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Regions;

namespace Dbt.TestRoms.Translation;

/// <summary>
/// A few pages of memory with a translation cache, in which fragments are made by hand: each returns a number of its
/// own. Frame n lies at
/// <see cref="Kernel"/> in kseg0, which is never remapped, and at <see cref="User"/> in a space where it is mapped.
/// </summary>
internal sealed unsafe class TranslatedMemory : IDisposable
{
    /// <summary>Where the first frame is.</summary>
    public const uint Kernel = 0x8000_0000, User = 0x0040_0000;

    /// <summary>Bytes of a page.</summary>
    public const uint Page = 4096;

    /// <summary>What the fragment that a test calls another returns.</summary>
    public const nint Reached = 4711;

    private const int Links = LinkLayout.FirstTarget + 2;

    private readonly ShadowTlb _shadow = new();
    private readonly BlockCache _blocks = new();
    private readonly GuestState* _state = (GuestState*)NativeMemory.AllocZeroed((nuint)sizeof(GuestState));

    /// <summary>Memory without fragments.</summary>
    /// <param name="mostFragments">How many may be alive.</param>
    public TranslatedMemory(int mostFragments = 100)
    {
        Sites = new PatchSites(Ram);
        Cache = new TranslationCache(_blocks, Ram.Code, Options(mostFragments), Statistics);
        Ram.Code.Invalidated += Cache.Invalidate;
        Sites.Added += Cache.Patched;
        ShadowTlb.Space space = _shadow[0, 0];
        for (int frame = 0; frame < Ram.Frames; frame++)
        {
            space.Fill(Kernel + Page * (uint)frame, Ram.HostPage(frame), PageRights.Load | PageRights.Fetch);
            space.Fill(User + Page * (uint)frame, Ram.HostPage(frame), PageRights.Load | PageRights.Fetch);
        }
        _state->ReadTable = space.Read;
        _state->FetchTable = space.Fetch;
        _state->Blocks = _blocks.Pool;
        _state->BlockTable = _blocks.Table;
    }

    public GuestRam Ram { get; } = new(8 * Page);

    public PatchSites Sites { get; }

    public TranslationStatistics Statistics { get; } = new();

    public TranslationCache Cache { get; }

    /// <summary>Decodes a block at an address.</summary>
    public Block* Decode(uint pc, TranslationMode mode = TranslationMode.Kernel, bool usesFloat = false)
    {
        DecodedInstruction* first = _blocks.Reserve();
        TranslationMode mask = TranslationModes.MaskOf(usesFloat);
        Block* block = _blocks.Add(new Block { Pc = pc, Host = HostOf(pc), ModeMask = mask, First = first, End = first + 1 }, mode);
        Cache.Restore(block, mode);
        return block;
    }

    /// <summary>A fragment, not yet published.</summary>
    /// <param name="pc">Where it begins.</param>
    /// <param name="mode">What it was compiled for.</param>
    /// <param name="usesFloat">Whether all of the mode matters to it.</param>
    /// <param name="length">Its instructions.</param>
    /// <param name="traps">Addresses of the sensitive instructions in it that are not patched.</param>
    /// <param name="isWide">Whether it is to take the place of a narrower one.</param>
    /// <param name="bases">What it expects of its base registers.</param>
    public Fragment Compile(
        uint pc,
        TranslationMode mode = TranslationMode.Kernel,
        bool usesFloat = false,
        int length = 4,
        uint[]? traps = null,
        bool isWide = false,
        BaseExpectation bases = BaseExpectation.None)
    {
        var block = new RegionBlock(pc, new uint[length], endsInBranch: false);
        var region = new Region([block], new HashSet<uint>(traps ?? []), usesFloat, new HashSet<uint>());
        int first = FrameOf(pc), last = FrameOf(pc + 4 * (uint)length - 4);
        return new Fragment
        {
            Key = FragmentKey.Of(pc, HostOf(pc), mode, usesFloat),
            Method = null,
            Code = (nint)(delegate*<nint, nint, nint>)&Run,
            Links = (nint)NativeMemory.AllocZeroed(Links, LinkLayout.Bytes),
            LinkCount = Links,
            Frames = [.. Enumerable.Range(first, last - first + 1).Select(frame => (frame, Ram.Code.Generation(frame)))],
            Region = region,
            Context = default(TranslationContext) with { Bases = bases },
            Replaces = isWide,
        };
    }

    /// <summary>A fragment, published with a block at its address.</summary>
    public Fragment Publish(
        uint pc, TranslationMode mode = TranslationMode.Kernel, bool usesFloat = false, BaseExpectation bases = BaseExpectation.None)
    {
        Decode(pc, mode, usesFloat);
        Fragment fragment = Compile(pc, mode, usesFloat, bases: bases);
        Cache.Add(fragment);
        return fragment;
    }

    /// <summary>The block at an address in a mode, as it is now.</summary>
    public Block* BlockAt(uint pc, TranslationMode mode = TranslationMode.Kernel) => _blocks.Find(pc, mode);

    /// <summary>The first way out of a fragment that leads to an address.</summary>
    public static nint SlotOf(Fragment fragment, int link = LinkLayout.FirstTarget) => fragment.Links + link * LinkLayout.Bytes;

    /// <summary>Leaves a fragment through one of its slots, for an address.</summary>
    /// <returns>What comes back to the dispatcher.</returns>
    public nint Leave(nint slot, uint to, TranslationMode mode = TranslationMode.Kernel)
    {
        (_state->Pc, _state->Mode) = (to, mode);
        var link = (LinkSlot*)slot;
        return ((delegate*<nint, nint, nint>)link->Code)((nint)_state, link->Links);
    }

    public void Dispose()
    {
        Cache.Dispose();
        _blocks.Dispose();
        _shadow.Dispose();
        Ram.Dispose();
        NativeMemory.Free(_state);
    }

    private static nint Run(nint state, nint links) => Reached;

    private static int FrameOf(uint pc) => (int)(pc / Page % 8);

    private nint HostOf(uint pc) => Ram.HostPage(FrameOf(pc)) + (nint)(pc % Page);

    private TranslationOptions Options(int mostFragments) => new()
    {
        ByteOrder = ByteOrder.Little,
        Threshold = 100,
        Chain = true,
        Blocks = false,
        MostFragments = mostFragments,
        CountLinks = false,
        Translate = true,
        InBackground = false,
        Window = new LinearWindow(Kernel, RamBytes: 8 * Page, Bytes: 0x4000_0000),
        Patches = null,
        Sites = Sites,
        SymbolAt = _ => null,
        Store = null,
    };
}
