namespace Dbt.Tool.Guests;

/// <summary>Sizes of files.</summary>
internal static class DiskSpace
{
    /// <summary>Writes a size as a person reads it.</summary>
    public static string Format(long bytes) => bytes switch
    {
        >= 1 << 20 => $"{bytes / (double)(1 << 20):0.0} MB",
        >= 1 << 10 => $"{bytes / (double)(1 << 10):0.0} KB",
        _ => $"{bytes} B",
    };
}
