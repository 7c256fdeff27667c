using Dbt.Runtime;

namespace Dbt.Tool.Guests;

/// <summary>Files the user names: kernels and initial ramdisks.</summary>
internal static class GuestFile
{
    /// <summary>More than any kernel has, in bytes, with all there is for a debugger.</summary>
    public const long MostOfKernel = 1 << 30;

    // A pipe says of itself that it has nothing in it, and so does a device, which may be without an end.
    private const long MostOfStream = (long)Guest.LowMemory;

    /// <summary>Reads a file whole, or what a pipe has to say.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What messages call it.</param>
    /// <param name="most">How many bytes it may have.</param>
    /// <exception cref="GuestSetupException">It cannot be read, or is longer.</exception>
    public static byte[] Read(string path, string what, long most = MostOfStream)
    {
        if (Directory.Exists(path))
            throw new GuestSetupException($"{what} '{path}' is a directory; name a file");
        if (!File.Exists(path))
            throw new GuestSetupException($"{what} '{path}' does not exist");
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            long length = file.CanSeek ? file.Length : 0;
            if (length == 0)
                most = Math.Min(most, MostOfStream);
            return ReadWhole(file, length, most) ?? throw new GuestSetupException(
                $"{what} '{path}' has more than {DiskSpace.Format(most)}, for which no guest has memory");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetupException($"cannot read {what} '{path}': {failure.Message}", failure);
        }
    }

    // Null where there is more.
    private static byte[]? ReadWhole(FileStream file, long length, long most)
    {
        if (length > most)
            return null;
        MemoryStream content = new((int)length);
        byte[] piece = new byte[1 << 20];
        for (int count; (count = file.Read(piece)) > 0;)
        {
            if (content.Length + count > most)
                return null;
            content.Write(piece, 0, count);
        }
        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }
}
