namespace Dbt.Runtime.Persistence;

/// <summary>Files that dbt wrote itself in an earlier run, where by now something else may be.</summary>
public static class WholeFile
{
    /// <summary>The bytes of a file; null if it is not there, or cannot be read, or has nothing in it.</summary>
    // That is what a pipe says of itself, whose writer would be waited for, and a device, which has no end.
    public static byte[]? TryRead(string path)
    {
        try
        {
            string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            return new FileInfo(target).Length > 0 ? File.ReadAllBytes(target) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
