namespace Dbt.Tool.Network;

/// <summary>The <c>KEY=VALUE</c> of one network, taken one by one; what nobody takes is a mistake.</summary>
/// <param name="words">All of them.</param>
internal sealed class NetworkSettings(string[] words)
{
    private readonly List<string> _known = [];
    private string? _error;

    /// <summary>The first mistake, in a line; null if there is none. To be asked when all has been taken.</summary>
    public string? Error => _error ?? (words.FirstOrDefault(word => !_known.Contains(KeyOf(word))) is { } unknown
        ? $"knows no '{unknown}' there, only {string.Join(", ", _known.Select(key => key + "="))}"
        : null);

    /// <summary>Takes what may be there once.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="read">Reads its value; null where it is none.</param>
    /// <param name="expected">What it takes, for a message.</param>
    /// <returns>The value; null if there is none.</returns>
    public object? Take(string key, Func<string, object?> read, string expected) =>
        TakeAll(key, read, expected) is [.., var last] ? last : null;

    /// <summary>The same, for what may be there as often as one likes.</summary>
    public IReadOnlyList<T> TakeAll<T>(string key, Func<string, T?> read, string expected) where T : class
    {
        _known.Add(key);
        List<T> values = [];
        foreach (string word in words.Where(word => KeyOf(word) == key))
        {
            string text = word.Length > key.Length ? word[(key.Length + 1)..] : "";
            if (read(text) is { } value)
                values.Add(value);
            else
                _error ??= $"takes {expected} for {key}, not '{text}'";
        }
        return values;
    }

    private static string KeyOf(string word) => word.Split('=', 2)[0];
}
