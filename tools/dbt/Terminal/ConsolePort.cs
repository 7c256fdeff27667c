namespace Dbt.Tool.Terminal;

/// <summary>
/// Which serial port of a machine is its console: the one that the kernel's command line names last, else the first.
/// A guest that says nothing there but speaks at another has its console at that one, until it says something there.
/// </summary>
/// <param name="commandLine">The kernel command line.</param>
internal sealed class ConsolePort(string commandLine)
{
    private const string Named = "console=ttyS";

    private readonly int _named = NamedIn(commandLine);
    private volatile int _speaking = -1;

    /// <summary>The port; may be asked from any thread.</summary>
    public int Number => _speaking < 0 ? _named : _speaking;

    /// <summary>Whether what a port says, which is to be asked for each of its bytes, is said at the console.</summary>
    public bool Hears(int port)
    {
        if (_speaking < 0 || port == _named)
            _speaking = port;
        return port == _speaking;
    }

    /// <summary>The port that a command line names.</summary>
    public static int NamedIn(string commandLine) =>
        commandLine.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.StartsWith(Named, StringComparison.Ordinal))
            .Select(word => word[Named.Length..].Split(',')[0] switch { "1" => 1, "2" => 2, _ => 0 })
            .LastOrDefault();
}
