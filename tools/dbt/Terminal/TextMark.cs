namespace Dbt.Tool.Terminal;

/// <summary>Watches a stream of bytes for a text, and tells once.</summary>
internal sealed class TextMark(string text, Action found)
{
    private readonly byte[] _recent = new byte[text.Length];
    private bool _found;

    /// <summary>Takes a byte of the stream.</summary>
    public void See(byte value)
    {
        if (_found)
            return;
        _recent.AsSpan(1).CopyTo(_recent);
        _recent[^1] = value;
        if (value != text[^1] || !_recent.Zip(text).All(pair => pair.First == pair.Second))
            return;
        _found = true;
        found();
    }
}
