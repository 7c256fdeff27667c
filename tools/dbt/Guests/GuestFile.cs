using Dbt.Runtime;

namespace Dbt.Tool.Guests;

/// <summary>Files the user names: kernels and initial ramdisks.</summary>
internal static class GuestFile
{
    /// <summary>Reads a file whole; <paramref name="what"/> is what the message calls it.</summary>
    public static byte[] Read(string path, string what)
    {
        if (Directory.Exists(path))
            throw new GuestSetupException($"{what} '{path}' is a directory; name a file");
        if (!File.Exists(path))
            throw new GuestSetupException($"{what} '{path}' does not exist");
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetupException($"cannot read {what} '{path}': {failure.Message}", failure);
        }
    }
}
