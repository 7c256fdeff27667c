namespace Dbt.Runtime.Translation;

/// <summary>
/// Keys of fragments that something is known of. When there are too many it forgets them all: what was known is only
/// ever a hint.
/// </summary>
internal sealed class KeyMemory
{
    private const int Most = 1 << 16;
    private readonly HashSet<FragmentKey> _keys = [];

    /// <summary>Whether a key is remembered.</summary>
    public bool Contains(FragmentKey key) => _keys.Contains(key);

    /// <summary>Remembers a key.</summary>
    /// <returns>Whether it was not yet.</returns>
    public bool Add(FragmentKey key)
    {
        if (_keys.Count == Most)
            _keys.Clear();
        return _keys.Add(key);
    }
}
