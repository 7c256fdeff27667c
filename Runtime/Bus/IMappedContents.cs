namespace Dbt.Runtime.Bus;

/// <summary>
/// What a device holds, where the processor may load and run it as memory without asking the device: a boot ROM, or a
/// flash that has not been told otherwise.
/// </summary>
public interface IMappedContents
{
    /// <summary>What it holds, in memory order.</summary>
    ReadOnlyMemory<byte> Contents { get; }

    /// <summary>How many bytes of it were ever written: all behind those are zeros.</summary>
    int UsedBytes { get; }

    /// <summary>Whether that is what loads find now; where it is not, they are to come to the device.</summary>
    bool IsReadable { get; }

    /// <summary>It holds something else from an offset on, for as many bytes.</summary>
    event Action<int, int>? Changed;

    /// <summary><see cref="IsReadable"/> has changed.</summary>
    event Action? Switched;
}
