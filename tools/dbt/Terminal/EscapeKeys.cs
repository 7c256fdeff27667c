namespace Dbt.Tool.Terminal;

/// <summary>
/// Separates the keys that are for <c>dbt</c>, those after Ctrl-A, from those that are for the guest.
/// </summary>
internal sealed class EscapeKeys(
    Action<byte> toGuest, Action leave, Action help, IReadOnlyDictionary<byte, Action>? more = null)
{
    private const byte ControlA = 1;
    private bool _escaped;

    /// <summary>What the keys do.</summary>
    public const string Help =
        "Ctrl-A x leaves, Ctrl-A Ctrl-A sends a Ctrl-A, Ctrl-A h shows this; all other keys go to the guest";

    /// <summary>What they do where there are several machines.</summary>
    public const string HelpForSeveral =
        "Ctrl-A n goes to the next machine, Ctrl-A k ends this one, Ctrl-A x leaves, "
        + "Ctrl-A Ctrl-A sends a Ctrl-A, Ctrl-A h shows this";

    /// <summary>What they do where several serial ports lead here.</summary>
    public const string HelpForPorts =
        "Ctrl-A n goes to the next serial port, Ctrl-A x leaves, Ctrl-A Ctrl-A sends a Ctrl-A, Ctrl-A h shows this";

    /// <summary>Takes a key.</summary>
    public void Press(byte key)
    {
        if (!_escaped && key == ControlA)
        {
            _escaped = true;
            return;
        }
        if (!_escaped)
        {
            toGuest(key);
            return;
        }
        _escaped = false;
        switch (key)
        {
            case (byte)'x' or (byte)'X':
                leave();
                break;
            case ControlA or (byte)'a':
                toGuest(ControlA);
                break;
            case var other when more?.GetValueOrDefault(other) is { } action:
                action();
                break;
            default:
                help();
                break;
        }
    }
}
