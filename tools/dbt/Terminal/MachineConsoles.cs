namespace Dbt.Tool.Terminal;

/// <summary>
/// The consoles of several machines on one output, each line with its machine's name. The selected machine's bytes
/// appear at once, the others' when a line is whole; a line they interrupt is begun again below. May be used from
/// several threads.
/// </summary>
/// <param name="output">Takes the bytes.</param>
/// <param name="newline">What ends a line that has to be broken.</param>
internal sealed class MachineConsoles(Action<byte> output, string newline)
{
    private const int LongestLine = 4096;

    private readonly Lock _gate = new();

    // The machine whose bytes appear at once, null for none; and whether a line has been begun.
    private MachineConsole? _selected;
    private bool _open;

    /// <summary>Selects the machine whose bytes appear at once, null for none; what it has begun appears.</summary>
    public void Select(MachineConsole? console)
    {
        lock (_gate)
        {
            CloseLine();
            _selected = console;
            if (console is { Line.Count: > 0 })
                Begin(console);
        }
    }

    /// <summary>Takes a byte of a machine.</summary>
    public void Write(MachineConsole console, byte value)
    {
        lock (_gate)
        {
            if (console == _selected && !_open)
                Begin(console);
            console.Line.Add(value);
            bool whole = value == (byte)'\n';
            if (console == _selected)
            {
                output(value);
                _open = !whole;
                if (whole || console.Line.Count == LongestLine)
                    console.Line.Clear();
            }
            else if (whole || console.Line.Count == LongestLine)
            {
                Interject(console);
            }
        }
    }

    /// <summary>A machine has ended: what it had begun is written.</summary>
    public void Finish(MachineConsole console)
    {
        lock (_gate)
        {
            if (console == _selected)
                CloseLine();
            else if (console.Line.Count > 0)
                Interject(console);
            console.Line.Clear();
        }
    }

    private void Interject(MachineConsole console)
    {
        bool again = _open;
        CloseLine();
        Begin(console);
        if (console.Line[^1] != (byte)'\n')
            CloseLine();
        _open = false;
        console.Line.Clear();
        if (again)
            Begin(_selected!);
    }

    private void Begin(MachineConsole console)
    {
        Put(console.Prefix);
        foreach (byte value in console.Line)
            output(value);
        _open = true;
    }

    private void CloseLine()
    {
        if (_open)
            Put(newline);
        _open = false;
    }

    private void Put(string text)
    {
        foreach (char letter in text)
            output((byte)letter);
    }
}

/// <summary>One machine's console.</summary>
/// <param name="name">The machine's name, in ASCII.</param>
internal sealed class MachineConsole(string name)
{
    /// <summary>What its lines begin with.</summary>
    public string Prefix { get; } = $"{name} | ";

    /// <summary>The line it has begun.</summary>
    internal List<byte> Line { get; } = [];
}
