using Dbt.Runtime;

namespace Dbt.Tool.Guests;

/// <summary>Files the user names: kernels and initial ramdisks.</summary>
internal static class GuestFile
{
    /// <summary>More than any kernel has, in bytes, with all there is for a debugger.</summary>
    public const long MostOfKernel = 1 << 30;

    // A pipe says of itself that it has nothing in it, and so does a device, which may be without an end.
    private const long MostOfStream = (long)Guest.LowMemory;

    private const int PieceBytes = 1 << 20;

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
        List<byte[]> pieces = [];
        long total = 0;
        for (int size = length > 0 ? (int)length : PieceBytes; ; size = PieceBytes)
        {
            byte[] piece = GC.AllocateUninitializedArray<byte>(size);
            int count = file.ReadAtLeast(piece, size, throwOnEndOfStream: false);
            total += count;
            if (total > most)
                return null;
            if (count > 0)
                pieces.Add(count == size ? piece : piece[..count]);
            if (count < size)
                return pieces is [var whole] ? whole : Joined(pieces, (int)total);
        }
    }

    private static byte[] Joined(List<byte[]> pieces, int length)
    {
        using MemoryStream whole = new(length);
        foreach (byte[] piece in pieces)
            whole.Write(piece);
        return whole.GetBuffer();
    }
}
