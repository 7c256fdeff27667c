namespace Dbt.Tool.Guests;

/// <summary>A kernel with a user space: a guest that is fetched, or built, once, and kept in the cache.</summary>
internal abstract class GuestSystem
{
    /// <summary>What the user calls it.</summary>
    public abstract string Name { get; }

    /// <summary>Where it comes from, in a few words.</summary>
    public abstract string Origin { get; }

    /// <summary>The folders of the cache with what it is made of.</summary>
    public abstract IReadOnlyList<string> Folders { get; }

    /// <summary>The options about its user space that it takes.</summary>
    public abstract IReadOnlyList<string> Options { get; }

    /// <summary>What is run in it where a command is needed and none is given.</summary>
    public virtual string UsualCommand => "true";

    /// <summary>What it is, in a few words.</summary>
    public abstract string Describe(GuestCache cache);

    /// <summary>How much of the cache it takes and that it is there; or that it is not.</summary>
    public abstract string DescribeState(GuestCache cache);

    /// <summary>Whether all it is made of is in the cache.</summary>
    public abstract bool IsIn(GuestCache cache);

    /// <summary>Loads it with what the user wants in it; what is not in the cache comes there first.</summary>
    public abstract Guest Load(GuestCache cache, IFetchProgress progress, UserSpace user);

    /// <summary>Fetches or builds it whether or not it is there, and says where it is.</summary>
    public abstract string Refresh(GuestCache cache, IFetchProgress progress);
}
