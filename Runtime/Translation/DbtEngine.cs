using System.Diagnostics;
using System.Runtime.InteropServices;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Persistence;
using Dbt.Runtime.Threaded;
using Dbt.Translator.Emission;
using Dbt.Translator.Instructions;
using Dbt.Translator.Regions;

namespace Dbt.Runtime.Translation;

/// <summary>
/// The translating engine: runs what is cold as threaded code, has regions around what is hot compiled in the
/// background, and runs those. Whatever a fragment cannot do, the interpreter does for it, one unit at a time.
/// </summary>
public sealed unsafe class DbtEngine : IEngine, ITranslations, IRegionSource
{
    private const int Requested = int.MinValue / 2;

    // How often a place is entered that an earlier run found hot: time for what traps once to have trapped.
    private const int Proof = 64;

    // A callee that has a fragment of its own is compiled into its caller's region as well if it is no larger than
    // this.
    private const int LargestInlined = 60;

    // The same where it is known that they only lead to one another, however large what is around it has made it.
    private const int LargestWidened = 160;

    private readonly GuestState* _state;
    private readonly GuestRam _ram;
    private readonly Interpreter _interpreter;
    private readonly TranslationCache _cache;
    private readonly ThreadedCode _threaded;
    private readonly BackgroundCompiler _compiler;
    private readonly PollLoop _poll;
    private readonly RegionBuilder _builder;
    private readonly int _threshold;
    private readonly bool _chain;
    private readonly bool _countsLinks;
    private readonly bool _translate;
    private readonly TranslationOptions _options;
    private readonly LinearWindow _window;
    private readonly bool _isBigEndian;
    private readonly ArchiveStore? _store;
    private readonly TranslationLibrary? _library;
    private readonly KeyMemory _notInLibrary = new();

    // What this run compiled, where that is to be kept.
    private readonly List<(Region Region, TranslationContext Context)> _compiled = [];

    // What the region being formed may reach.
    private bool _formingUnmapped;
    private readonly HashSet<int> _formingFrames = [];
    private Fragment? _widening;
    private IReadOnlyCollection<uint> _formingTargets = [];

    /// <summary>An engine for the processor in <paramref name="state"/>.</summary>
    /// <param name="state">The guest's registers.</param>
    /// <param name="memory">Who answers when the shadow TLB does not.</param>
    /// <param name="ram">The memory that code is read from.</param>
    /// <param name="poll">Skips over loops that wait for a device.</param>
    /// <param name="options">How to translate.</param>
    public DbtEngine(GuestState* state, IMemorySystem memory, GuestRam ram, PollLoop poll, TranslationOptions options)
    {
        _state = state;
        (_ram, _threshold, _chain, _window, _translate) =
            (ram, options.Threshold, options.Chain, options.Window, options.Translate);
        _builder = new RegionBuilder(options.Blocks);
        _options = options;
        _poll = poll;
        _isBigEndian = options.ByteOrder == ByteOrder.Big;
        _interpreter = Interpreter.Create(options.ByteOrder, state, memory, ram);
        _cache = new TranslationCache(_interpreter.Blocks, ram.Code, options, Statistics);
        _compiler = new BackgroundCompiler(
            GuestLayout.Create(options.Chain, options.CountLinks), Statistics, options.InBackground, options.Lateness);
        _countsLinks = options.CountLinks;
        _store = options.Store;
        _library = _store?.Load();
        _interpreter.Decoded += Decoded;
        ram.Code.Invalidated += _cache.Invalidate;
        _options.Sites.Added += _cache.Patched;
        _threaded = new ThreadedCode(GuestLayout.Create(), options, ram.Code, _interpreter.Blocks);
        state->HeatLimit = options.Threshold;
        state->Blocks = _interpreter.Blocks.Pool;
        state->BlockTable = _interpreter.Blocks.Table;
        state->Kseg0 = ram.Base - (nint)_window.Start;
        (state->WindowStart, state->WindowBytes) = (_window.Start, _window.Bytes);
        state->StoreGuard = ram.Guard.Bytes - (_window.Start >> ShadowTlb.PageShift);
    }

    /// <inheritdoc/>
    public ITranslations Translations => this;

    /// <inheritdoc/>
    public TranslationStatistics Statistics { get; } = new();

    /// <inheritdoc/>
    public long? LinksFollowed => _countsLinks ? _state->Entries - Statistics.FragmentExits : null;

    /// <inheritdoc/>
    public IReadOnlyCollection<Fragment> Fragments => _cache.Live;

    /// <inheritdoc/>
    public IReadOnlyList<Fragment> FindFragments(uint pc) => _cache.FindAll(pc);

    /// <inheritdoc/>
    public string? Save() => _store?.Save(_compiled, _library);

    /// <inheritdoc/>
    public ExitReason Run()
    {
        bool arrived = true;
        while (_state->Budget > 0)
        {
            if (_compiler.AnyFinished)
                Publish();
            Block* block = _interpreter.Find(_state->Pc);
            if (block == null)
                return _interpreter.FetchFailed();
            ExitReason reason;
            if (block->Code != 0)
            {
                long before = _state->Budget;
                nint result = RunFragment(block);
                arrived = true;
                if (result == LinkLayout.Busy)
                {
                    Widen();
                    continue;
                }
                if (result == TranslationCache.NoFragment)
                {
                    if (_state->Budget <= 0)
                        break;
                    // Where a jump leads there may be a fragment that its look into the table missed.
                    if (_state->Budget != before)
                        continue;
                    reason = RunOnLittleBudget(ref arrived);
                }
                else if (result == TranslationCache.Left)
                {
                    _state->ResumePc = (uint)_state->Pc + 4;
                    _state->ExitOffset = 0;
                    return _state->Left;
                }
                else if (result == TranslationCache.GaveUp || HasMissed(result))
                {
                    if (_state->Budget <= 0)
                        break;
                    reason = Step();
                }
                else
                {
                    if (_chain && _interpreter.Find(_state->Pc) is var target && target != null)
                        _cache.Link(result, target);
                    continue;
                }
            }
            else
            {
                reason = RunCold(block, ref arrived);
            }
            if (reason != ExitReason.None)
                return reason;
        }
        return ExitReason.Budget;
    }

    // Too little is left for the fragment here.
    private ExitReason RunOnLittleBudget(ref bool arrived)
    {
        Block* block = _interpreter.Find(_state->Pc);
        return block == null ? _interpreter.FetchFailed() : RunCold(block, ref arrived);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _compiler.Dispose();
        _threaded.Dispose();
        _cache.Dispose();
        _interpreter.Dispose();
    }

    bool IRegionSource.TryRead(uint pc, out uint word)
    {
        word = 0;
        if (_formingUnmapped ? !_window.HoldsRam(pc) : _state->FetchTable[pc >> ShadowTlb.PageShift] == 0)
            return false;
        nint host = FormingAddress(pc);
        int room = _formingUnmapped ? _window.HoldsRam(pc + 2) ? 4 : 2 : (int)(4096 - (pc & 4094));
        int bytes = _interpreter.ReadCode(host, room, out word);
        // Without MIPS16e, JALX is the interpreter's to reject.
        if (bytes > room || _state->HasMips16 == 0 && InstructionSet.Find(word, pc).Level == IsaLevel.Mips16)
            return false;
        _formingFrames.Add(_ram.FrameOf(host));
        _formingFrames.Add(_ram.FrameOf(host + bytes - 1));
        return true;
    }

    bool IRegionSource.IsMapped => !_formingUnmapped;

    bool IRegionSource.Includes(uint pc, bool isCallee)
    {
        Block* block = _interpreter.Blocks.Find(pc, _state->Mode);
        if (block == null)
            return false;
        if (block->Code == 0)
            return block->Runs > _threshold / 8;
        Fragment fragment = _cache.FragmentOf(block);
        if (isCallee)
            return fragment.Region.InstructionCount <= (_widening is null ? LargestInlined : LargestWidened);
        return _widening is not null && fragment.Context.IsLike(_widening.Context);
    }

    IReadOnlyCollection<uint> IRegionSource.ComputedTargets => _formingTargets;

    // Those alone that are hot by themselves: what else is called is not known to be small.
    IReadOnlyList<uint> IRegionSource.LikelyTargets(uint behind) =>
        [.. _threaded.LikelyTargets(behind).Where(target => _interpreter.Blocks.HasFragment(target, _state->Mode))];

    bool IRegionSource.IsPatched(uint pc)
    {
        if (InstructionSet.IsMips16(pc))
            return false;
        nint host = FormingAddress(pc);
        Instruction word = new(_interpreter.WordAt(host));
        return _options.Sites.Contains(host) || _options.Patches?.HasForm(word) == true
            || _state->ReadsThreadPointer(word);
    }

    private nint RunFragment(Block* block)
    {
        long before = _state->Budget;
        nint result = ((delegate*<GuestState*, nint, nint>)block->Code)(_state, block->Links);
        Statistics.Translated += before - _state->Budget;
        if (_state->UnseenExits != 0)
            _options.SeeExits();
        // One that asks to be looked at, or for which the budget is too small, has not been left.
        if (_state->Budget != before || result is not (TranslationCache.NoFragment or LinkLayout.Busy))
            Statistics.FragmentExits++;
        return result;
    }

    /// <summary>Runs cold code from a block on: as threaded code, or interpreted where that cannot be.</summary>
    private ExitReason RunCold(Block* block, ref bool arrived)
    {
        // A fragment may begin where a loop or a call leads, or where another fragment ends.
        if (arrived && block->Code == 0 && ++block->Heat >= _threshold && _translate)
            RequestRegion(block);
        arrived = false;
        int count = (int)(block->End - block->First);
        // A block with a fragment comes here when the budget is too small for that.
        if (_state->Budget < count || block->Runs++ == 0 || block->Code != 0 || block->LacksSlot)
            return _interpreter.Execute(block);
        // Where nothing better will come, what is hot is made better threaded code.
        bool pair = !_translate && block->Runs >= _threshold;
        if (block->Operations == 0 || pair && !block->IsPaired)
            _threaded.Build(block, _ram.FrameOf(block->Host), pair);
        long before = _state->Budget;
        Operation* gaveUp = _threaded.Run(_state, block);
        if (gaveUp != null)
        {
            _state->Pc = gaveUp->UnitPc;
            _state->Budget += gaveUp->Unexecuted;
        }
        Statistics.Threaded += before - _state->Budget;
        if (gaveUp == null)
        {
            HotPlace();
            return ExitReason.None;
        }
        ExitReason reason = Step();
        if (reason != ExitReason.None)
            _threaded.Left(_state, gaveUp, reason, _ram);
        return reason;
    }

    // Threaded code returns where a place has got hot.
    private void HotPlace()
    {
        Block* block = _interpreter.Find(_state->Pc);
        if (block == null || block->Heat < _threshold || block->Code != 0)
            return;
        if (_translate)
            RequestRegion(block);
        else
            block->Heat = Requested;
    }

    // Whether a fragment left because it met another address than was expected.
    private bool HasMissed(nint slot)
    {
        if (!_cache.NoteWindowMiss(slot, out Fragment? old))
            return false;
        if (old is not null && _interpreter.Blocks.Find(old.Key.Pc, _state->Mode) is var block && block != null)
        {
            TranslationContext context = ContextOf(old.Key);
            Request(new RegionRequest(old.Key, NameOf(old.Key.Pc), old.Region, context, old.Frames)
            {
                Heat = (nint)(&block->Heat),
                Pages = old.Pages,
                Replaces = true,
            });
        }
        return true;
    }

    private ExitReason Step()
    {
        uint reads = _poll.Reads;
        ExitReason reason = _interpreter.Step();
        return reason == ExitReason.None && reads != _poll.Reads ? _poll.Look(_interpreter) : reason;
    }

    /// <summary>
    /// The fragment at PC has been entered often: where it is that fragments only lead to one another, what is around
    /// it is compiled with it, so that registers stay where they are. Regions form in the order in which places get
    /// hot, from the inside out; this mends what that cut apart.
    /// </summary>
    private void Widen()
    {
        Block* block = _interpreter.Find(_state->Pc);
        if (block == null || block->Code == 0)
            return;
        Fragment fragment = _cache.FragmentOf(block);
        if (!fragment.IsCrowded(_options.WatchedEntries, TranslationCache.Crowded, Statistics.Translated))
        {
            fragment.Watch(_options.WatchedEntries, Statistics.Translated);
            return;
        }
        StartForming(block);
        (_widening, _formingTargets) = (fragment, _cache.CrowdedNear(fragment, FormingAddress));
        Region? region = Form(block);
        (_widening, _formingTargets) = (null, []);
        // What is around it may get hot yet: it has another turn, but ever more seldom.
        fragment.WatchLonger(Statistics.Translated);
        if (region is null || region.InstructionCount <= fragment.Region.InstructionCount
            || region.UsesFloat != fragment.Region.UsesFloat)
            return;
        foreach (RegionBlock part in region.Blocks)
        {
            Block* inner = _interpreter.Blocks.Find(part.Pc, _state->Mode);
            if (inner != null && inner != block && inner->Code != 0)
                _cache.FragmentOf(inner).Watch(8 * _options.WatchedEntries, Statistics.Translated);
        }
        Request(block, fragment.Key, region, fragment.Context, replaces: true);
    }

    private void StartForming(Block* block)
    {
        uint pc = (uint)block->Pc;
        _formingUnmapped = (_state->Mode & TranslationMode.Kernel) != 0 && _window.HoldsRam(pc);
    }

    private void RequestRegion(Block* block)
    {
        block->Heat = Requested;
        uint pc = (uint)block->Pc;
        StartForming(block);
        if (_library is not null && _library.Knows(pc) && (Reuse(_library, pc, block->Host) || HadNoChance(block)))
            return;
        if (Form(block) is not { } region)
            return;
        FragmentKey key = FragmentKey.Of(pc, block->Host, _state->Mode, region.UsesFloat);
        Request(block, key, region, ContextOf(key), replaces: false);
    }

    private Region? Form(Block* block)
    {
        _formingFrames.Clear();
        long start = Stopwatch.GetTimestamp();
        Region? region = _builder.Build((uint)block->Pc, this);
        Statistics.Formation += Stopwatch.GetElapsedTime(start);
        return region;
    }

    private void Request(Block* block, FragmentKey key, Region region, TranslationContext context, bool replaces) =>
        Request(new RegionRequest(key, NameOf(key.Pc), region, context, MarkCode(region))
        {
            Heat = (nint)(&block->Heat),
            Pages = PagesOf(region, context),
            Replaces = replaces,
        });

    private void Request(RegionRequest request)
    {
        Statistics.Requested++;
        _compiler.Request(request);
    }

    // Where the pages are now that a region looks up on the way into them.
    private nint[] PagesOf(Region region, TranslationContext context) =>
        [.. context.GuardedPages(region).Select(page => _state->FetchTable[page])];

    // It was asked for early because an earlier run had it; from now on it is like any other.
    private bool HadNoChance(Block* block)
    {
        if (!_notInLibrary.Add(FragmentKey.Of((uint)block->Pc, block->Host, _state->Mode, usesFloat: true)))
            return false;
        block->Heat = 0;
        return true;
    }

    /// <summary>Publishes the code an earlier run compiled for what is in memory now, if it did.</summary>
    private bool Reuse(TranslationLibrary library, uint pc, nint host)
    {
        foreach (int number in library.Find(pc))
        {
            SavedRegion saved = library.Regions[number];
            FragmentKey key = FragmentKey.Of(pc, host, _state->Mode, saved.Region.UsesFloat);
            _formingFrames.Clear();
            if (!saved.Fits(ContextOf(key)) || !RegionBuilder.IsAsItWas(saved.Region, this))
                continue;
            Statistics.Reused++;
            _cache.Add(new Fragment
            {
                Key = key,
                Method = null,
                Code = library.CodeOf(number),
                Links = (nint)NativeMemory.AllocZeroed((nuint)saved.LinkCount, LinkLayout.Bytes),
                LinkCount = saved.LinkCount,
                Pages = PagesOf(saved.Region, saved.Context),
                Frames = MarkCode(saved.Region),
                Region = saved.Region,
                Context = saved.Context,
            });
            return true;
        }
        return false;
    }

    private TranslationContext ContextOf(FragmentKey key)
    {
        bool kernel = (_state->Mode & TranslationMode.Kernel) != 0;
        return new TranslationContext(
            _cache.ExpectationOf(key, kernel), TranslationModes.FloatOf(_state->Mode),
            (_state->Mode & TranslationMode.Float64) != 0, WindowOfMode, kernel ? _options.Patches : null,
            _isBigEndian);
    }

    // In a guest's kernel segments nothing stays where it is: their pages are looked up like any other.
    private LinearWindow WindowOfMode => _state->WindowBytes == 0 ? _window with { RamBytes = 0 } : _window;

    private void Decoded(Block* block, TranslationMode mode)
    {
        _cache.Restore(block, mode);
        if (block->Code == 0)
            StartWarm(block);
    }

    // What was hot in an earlier run need not prove it again.
    private void StartWarm(Block* block)
    {
        if (_library is not null && _library.Knows((uint)block->Pc))
            block->Heat = Math.Max(0, _threshold - Proof);
    }

    private string NameOf(uint pc) =>
        _options.SymbolAt(pc) is { } symbol ? $"guest_{pc:x8}_{symbol}" : $"guest_{pc:x8}";

    private nint FormingAddress(uint pc) =>
        _formingUnmapped
            ? _ram.Base + (nint)(pc - _window.Start)
            : _state->FetchTable[pc >> ShadowTlb.PageShift] + (nint)pc;

    private List<(int Frame, uint Generation)> MarkCode(Region region)
    {
        foreach (RegionBlock part in region.Blocks)
            MarkCode(part);
        var frames = new List<(int, uint)>();
        foreach (int frame in _formingFrames)
            frames.Add((frame, _ram.Code.Generation(frame)));
        return frames;
    }

    private void MarkCode(RegionBlock part)
    {
        // In pieces of a page; behind the last address there is none.
        for (uint done = 0, length; done < part.Bytes; done += length)
        {
            uint pc = (part.Pc & ~1u) + done;
            length = Math.Min(part.Bytes - done, 4096 - (pc & 4095));
            _interpreter.MarkCode(FormingAddress(pc), (int)length);
        }
    }

    private void Publish()
    {
        while (_compiler.TryTake(_poll.Retired, out Fragment? fragment))
        {
            _cache.Add(fragment);
            if (_store is not null && _compiled.Count < Archive.MostRegions)
                _compiled.Add((fragment.Region, fragment.Context));
        }
    }
}
