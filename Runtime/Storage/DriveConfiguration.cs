namespace Dbt.Runtime.Storage;

/// <summary>A drive of a machine, and the file with its contents.</summary>
/// <param name="Slot">Where it is connected: 0 and 1 are master and slave of the first channel, 2 and 3 of the
/// second; a virtio disk's place among its like.</param>
/// <param name="File">The file.</param>
public sealed record DriveConfiguration(int Slot, string File)
{
    /// <summary>Whether it is a virtio disk, rather than a drive on an IDE channel.</summary>
    public bool IsVirtio { get; init; }

    /// <summary>Whether it is a CD-ROM drive.</summary>
    public bool IsCdrom { get; init; }

    /// <summary>The format of the file; null for what its first bytes say.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>Whether the drive refuses to write.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether what is written is forgotten at the end.</summary>
    public bool IsSnapshot { get; init; }

    /// <summary>
    /// The files that the image is a layer above, the nearest first. No file is opened that is not named here, whatever
    /// an image says.
    /// </summary>
    public IReadOnlyList<string> Backing { get; init; } = [];
}
