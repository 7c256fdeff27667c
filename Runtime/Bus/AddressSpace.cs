using Dbt.Runtime.State;

namespace Dbt.Runtime.Bus;

/// <summary>
/// A map from address ranges to targets: the physical bus, PCI memory, or the ISA port space. Ranges may be moved
/// while the guest runs (PCI BARs, the GT-64120's windows); where two overlap, the one mapped last answers.
/// </summary>
/// <param name="name">What a trace calls this space.</param>
/// <param name="unmapped">What a read where nothing answers returns, before it is cut to the access size.</param>
public sealed class AddressSpace(string name, uint unmapped) : IBusTarget, IHasState
{
    private const int RecentSlots = 64;

    private readonly List<Window> _windows = [];
    private readonly (uint Address, Window? Window)[] _recent = new (uint, Window?)[RecentSlots];

    /// <summary>What a trace calls this space.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Lets <paramref name="target"/> answer from <paramref name="start"/> for <paramref name="length"/> bytes.
    /// </summary>
    /// <returns>The window, to be moved or taken away later.</returns>
    public Window Map(string device, uint start, ulong length, IBusTarget target)
    {
        var window = new Window(this, device, target) { Start = start, Length = length };
        _windows.Add(window);
        Forget();
        return window;
    }

    /// <summary>Takes a window out of the map.</summary>
    public void Unmap(Window window)
    {
        _windows.Remove(window);
        Forget();
    }

    /// <summary>The windows, the one mapped last first.</summary>
    public IEnumerable<Window> Windows => Enumerable.Reverse(_windows);

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        if (Find(offset) is { } window)
            return window.Target.Read(offset - window.Start, bytes);
        return bytes switch { 1 => unmapped & 0xff, 2 => unmapped & 0xffff, _ => unmapped };
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        if (Find(offset) is { } window)
            window.Target.Write(offset - window.Start, bytes, value);
    }

    /// <inheritdoc/>
    public long SteadyUntil(uint offset, uint? written) =>
        Find(offset) is { } window ? window.Target.SteadyUntil(offset - window.Start, written) : 0;

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        foreach (Window window in _windows)
            walk.Part(window.Device, window);
    }

    // A driver polls one register over and over: who answered at an address is remembered until the map changes.
    private Window? Find(uint address)
    {
        ref (uint Address, Window? Window) recent = ref _recent[(address ^ address >> 6) % RecentSlots];
        if (recent.Address == address && recent.Window is not null)
            return recent.Window;
        Window? found = Search(address);
        recent = (address, found);
        return found;
    }

    private void Forget() => Array.Clear(_recent);

    private Window? Search(uint address)
    {
        for (int i = _windows.Count - 1; i >= 0; i--)
        {
            if (_windows[i].Contains(address))
                return _windows[i];
        }
        return null;
    }

    /// <summary>A range of addresses and who answers there.</summary>
    public sealed class Window(AddressSpace space, string device, IBusTarget target) : IHasState
    {
        /// <summary>Who answers, as a trace calls it.</summary>
        public string Device { get; } = device;

        /// <summary>Who answers.</summary>
        public IBusTarget Target { get; } = target;

        /// <summary>First address; may be changed to move the window.</summary>
        public uint Start
        {
            get;
            set
            {
                field = value;
                space.Forget();
            }
        }

        /// <summary>Bytes; 0 closes the window.</summary>
        public ulong Length
        {
            get;
            set
            {
                field = value;
                space.Forget();
            }
        }

        /// <summary>Whether <paramref name="address"/> falls in this window.</summary>
        public bool Contains(uint address) => address >= Start && address - Start < Length;

        /// <inheritdoc/>
        public void Walk(StateWalk walk)
        {
            Start = walk.Value("start", Start);
            Length = walk.Value("length", Length);
        }
    }
}
