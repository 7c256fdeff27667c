namespace Dbt.Tool.Guests;

/// <summary>Sizes of files.</summary>
internal static class DiskSpace
{
    // Whoever finds no more than this will not get far.
    private const long Least = 32 << 10;

    /// <summary>Whether the disk with a folder is full.</summary>
    public static bool IsUsedUp(string folder)
    {
        try
        {
            DriveInfo disk = new(folder);
            return (Environment.IsPrivilegedProcess ? disk.TotalFreeSpace : disk.AvailableFreeSpace) < Least;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Writes a size as a person reads it.</summary>
    public static string Format(long bytes) => bytes switch
    {
        >= 1 << 20 => $"{bytes / (double)(1 << 20):0.0} MB",
        >= 1 << 10 => $"{bytes / (double)(1 << 10):0.0} KB",
        _ => $"{bytes} B",
    };
}
