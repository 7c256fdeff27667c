namespace Dbt.Tool.Terminal;

/// <summary>Separates the keys that are for <c>dbt</c>, those after Ctrl-A, from those that are for the guest.</summary>
internal sealed class EscapeKeys(Action<byte> toGuest, Action leave, Action help)
{
    private const byte ControlA = 1;
    private bool _escaped;

    /// <summary>What the keys do.</summary>
    public const string Help = "Ctrl-A x leaves, Ctrl-A Ctrl-A sends a Ctrl-A, Ctrl-A h shows this; all other keys go to the guest";

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
            default:
                help();
                break;
        }
    }
}
