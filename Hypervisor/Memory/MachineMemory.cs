using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Hypervisor.Memory;

/// <summary>To whom the host page behind a frame of RAM belongs.</summary>
public enum FrameState : byte
{
    /// <summary>To this machine alone.</summary>
    Private,

    /// <summary>To whoever maps the same contents: a store makes a copy.</summary>
    Shared,

    /// <summary>To nobody, because it holds zeros: a store makes it this machine's.</summary>
    Zero,

    /// <summary>To the host: the guest gave it back. It reads as zeros, and a store takes it back.</summary>
    Given,
}

/// <summary>
/// The state of each frame of a machine's RAM, and the changes from one to another. What is not private is guarded: a
/// store comes to <see cref="BeforeStore"/> first, so the guest never sees a difference.
/// </summary>
public sealed class MachineMemory : IHasState
{
    private readonly GuestRam _ram;
    private readonly FrameState[] _states;
    private readonly int[] _pages;
    private readonly int[] _counts = new int[Enum.GetValues<FrameState>().Length];
    private SharedPages? _store;

    /// <summary>All frames private.</summary>
    /// <param name="ram">The machine's memory.</param>
    /// <param name="frames">How many of its frames are RAM.</param>
    public MachineMemory(GuestRam ram, int frames)
    {
        _ram = ram;
        _states = new FrameState[frames];
        _pages = new int[frames];
        _counts[(int)FrameState.Private] = frames;
    }

    /// <summary>Frames of RAM.</summary>
    public int Frames => _states.Length;

    /// <summary>Stores that made a page private.</summary>
    public long Copies { get; private set; }

    /// <summary>A page of the store is mapped by no frame any more.</summary>
    public event Action<int>? Released;

    /// <summary>A frame's contents are gone because the guest gave it away.</summary>
    public event Action<int>? Emptied;

    /// <summary>Frames were shared or given: shadow TLBs must lose every store entry.</summary>
    public event Action? StoresRevoked;

    /// <summary>The state of a frame.</summary>
    public FrameState this[int frame] => _states[frame];

    /// <summary>How many frames are in a state.</summary>
    public int Count(FrameState state) => _counts[(int)state];

    /// <summary>How many more mappings the host keeps for this memory than if none of it were shared.</summary>
    public int Seams => _ram.Seams;

    /// <summary>A frame's contents.</summary>
    public ReadOnlySpan<byte> Contents(int frame) => _ram.Page(frame);

    /// <summary>Puts a page of the store behind a private frame. Its contents must be the frame's.</summary>
    /// <returns>Whether the host allowed it.</returns>
    public bool Share(int frame, SharedPages store, int page)
    {
        if (!_ram.Share(frame, store, page))
            return false;
        _store = store;
        _pages[frame] = page;
        store.Acquire(page);
        Enter(frame, FrameState.Shared, GuardReason.Shared);
        return true;
    }

    /// <summary>Gives the host the page of a private frame that holds zeros.</summary>
    public void ShareZeros(int frame)
    {
        _ram.Discard(frame);
        Enter(frame, FrameState.Zero, GuardReason.Shared);
    }

    /// <summary>The guest gives a frame to the host: what it held is gone, code too.</summary>
    public void Give(int frame)
    {
        if (_ram.Code.HoldsCode(frame))
            _ram.Code.Invalidate(frame);
        Leave(frame);
        _ram.Discard(frame);
        Enter(frame, FrameState.Given, GuardReason.Given);
        Emptied?.Invoke(frame);
    }

    /// <summary>The guest takes a frame back that it gave; it holds zeros.</summary>
    public void TakeBack(int frame) => Leave(frame);

    /// <summary>After frames were shared or given: no store may go on unseen.</summary>
    public void RevokeStores() => StoresRevoked?.Invoke();

    /// <summary>
    /// The guest is about to store to a guarded frame: whatever it was, it becomes this machine's own.
    /// </summary>
    /// <returns>Whether a page had to be made.</returns>
    public bool BeforeStore(int frame)
    {
        if (frame >= _states.Length || _states[frame] == FrameState.Private)
            return false;
        _ram.Separate(frame);
        Leave(frame);
        Copies++;
        return true;
    }

    /// <summary>Sharing is over: every shared frame gets a page of its own.</summary>
    public void SeparateAll()
    {
        for (int frame = 0; frame < _states.Length; frame++)
        {
            if (_states[frame] != FrameState.Shared)
                continue;
            _ram.Separate(frame);
            Leave(frame);
        }
    }

    /// <summary>The machine is no more: whatever it shared, it no longer maps.</summary>
    public void Abandon()
    {
        for (int frame = 0; frame < _states.Length; frame++)
            Leave(frame);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        // What is shared is saved as the machine's own: whoever shares with it now need not be there then.
        FrameState[] states = [.. _states.Select(state => state == FrameState.Shared ? FrameState.Private : state)];
        walk.Array<FrameState>("states", states);
        Copies = walk.Value("copies", Copies);
        for (int frame = 0; frame < states.Length && walk.IsReading; frame++)
        {
            Leave(frame);
            if (states[frame] != FrameState.Private)
                Enter(frame, states[frame], states[frame] == FrameState.Given ? GuardReason.Given : GuardReason.Shared);
        }
    }

    private void Enter(int frame, FrameState state, GuardReason reason)
    {
        _counts[(int)FrameState.Private]--;
        _counts[(int)state]++;
        _states[frame] = state;
        _ram.Guard.Set(frame, reason);
    }

    private void Leave(int frame)
    {
        FrameState state = _states[frame];
        if (state == FrameState.Private)
            return;
        _counts[(int)state]--;
        _counts[(int)FrameState.Private]++;
        _states[frame] = FrameState.Private;
        _ram.Guard.Clear(frame, GuardReason.Shared | GuardReason.Given);
        if (state == FrameState.Shared && _store!.Release(_pages[frame]))
            Released?.Invoke(_pages[frame]);
    }
}
