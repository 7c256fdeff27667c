using Dbt.Tool.Terminal;

namespace Dbt.Tool.Lines;

/// <summary>
/// The serial ports of a machine, and where each leads; ports behind the last that was named lead nowhere.
/// </summary>
internal sealed class SerialLines : IDisposable
{
    private readonly IReadOnlyList<LineTarget> _targets;
    private readonly SerialLine?[] _lines;

    /// <summary>Lays all of them.</summary>
    /// <param name="targets">Where the ports lead, from the first on.</param>
    /// <param name="stop">Ends the wait for somebody to connect.</param>
    /// <exception cref="Dbt.Runtime.GuestSetupException">One cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public SerialLines(IReadOnlyList<LineTarget> targets, CancellationToken stop)
    {
        _targets = targets;
        _lines = new SerialLine?[targets.Count];
        try
        {
            for (int port = 0; port < targets.Count; port++)
            {
                _lines[port] = SerialLine.Open(targets[port], Message.Say, stop);
                if (_lines[port]?.Announcement is { } place)
                    Message.Say($"serial port {port} {place}");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
        OnTerminal = [.. targets.Index().Where(port => port.Item.Kind == LineKind.Stdio).Select(port => port.Index)];
    }

    /// <summary>The ports that lead to standard input and output.</summary>
    public IReadOnlyList<int> OnTerminal { get; } = [];

    /// <summary>Takes a byte that the guest has sent; whether it is for standard output.</summary>
    public bool IsForTerminal(int port, byte value)
    {
        if (port >= _lines.Length)
            return false;
        _lines[port]?.Write(value);
        return _targets[port].Kind == LineKind.Stdio;
    }

    /// <summary>Begins to hand over what comes from outside; to be called once.</summary>
    /// <param name="receive">Takes each byte for a port, and may wait.</param>
    /// <param name="awaits">Is told which port more may come for, and which not.</param>
    public void Listen(Action<int, byte> receive, Action<int, bool> awaits)
    {
        foreach ((int port, SerialLine? line) in _lines.Index())
            line?.Listen(value => receive(port, value), expects => awaits(port, expects));
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">Something for a file was not written.</exception>
    public void Dispose()
    {
        IOException? failed = null;
        for (int port = 0; port < _lines.Length; port++)
        {
            try
            {
                _lines[port]?.Dispose();
            }
            catch (IOException failure)
            {
                failed = failure;
            }
            if (_lines[port] is PeerLine { Lost: > 0 and var lost })
                Message.Say($"serial port {port}: {lost} bytes are lost that {_targets[port]} did not read in time");
            _lines[port] = null;
        }
        if (failed is not null)
            throw failed;
    }
}
