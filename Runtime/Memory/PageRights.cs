namespace Dbt.Runtime.Memory;

/// <summary>What a page may be used for.</summary>
[Flags]
public enum PageRights : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Loads.</summary>
    Load = 1,

    /// <summary>Stores.</summary>
    Store = 2,

    /// <summary>Fetches.</summary>
    Fetch = 4,

    /// <summary>All of it.</summary>
    All = Load | Store | Fetch,
}
