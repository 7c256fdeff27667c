using Dbt.Runtime.Storage;

namespace Dbt.Tool.Guests;

/// <summary>What the user wants in a guest beyond what it has by itself.</summary>
internal sealed record UserSpace
{
    /// <summary>The shell command that init runs in place of a shell.</summary>
    public string? Command { get; init; }

    /// <summary>Names of Debian packages.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Names of modules that drive the machine's devices; a kernel may have them in itself.</summary>
    public IReadOnlyList<string> Drivers { get; init; } = [];

    /// <summary>The modules that the kernel is to insert, in that order.</summary>
    public IReadOnlyList<(string Name, byte[] File)> Modules { get; init; } = [];

    /// <summary>Files, as a piece of an initramfs.</summary>
    public byte[]? Files { get; init; }

    /// <summary>The drives of the machine.</summary>
    public IReadOnlyList<DriveConfiguration> Drives { get; init; } = [];

    /// <summary>What the shell reads about the terminal.</summary>
    public string? Terminal { get; init; }

    /// <summary>The options with which the user asked for these.</summary>
    public IEnumerable<string> Options
    {
        get
        {
            if (Command is not null)
                yield return "--exec";
            if (Packages.Count > 0)
                yield return "--packages";
            if (Files is not null)
                yield return "--file";
        }
    }
}
