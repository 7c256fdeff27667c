using System.Buffers.Binary;

namespace Dbt.Runtime.Storage;

/// <summary>Opens the image of a drive, and what it is a layer above.</summary>
public static class DiskImage
{
    private const int SectorBytes = 512, CdBlockBytes = 2048;

    /// <summary>Opens it as the drive is to have it.</summary>
    /// <exception cref="GuestSetupException">It cannot be used, in one line that says why.</exception>
    public static IDiskImage Open(DriveConfiguration drive)
    {
        bool writable = drive is { IsReadOnly: false, IsSnapshot: false, IsCdrom: false };
        IDiskImage image = OpenLayer(drive.File, drive.Format, writable, [.. drive.Backing]);
        if (RefusalOf(drive, image.Bytes) is not { } reason)
            return drive.IsSnapshot ? new DiscardedWrites(image) : image;
        image.Dispose();
        throw new GuestSetupException($"disk '{drive.File}' {reason}");
    }

    private static string? RefusalOf(DriveConfiguration drive, long bytes) => bytes switch
    {
        0 => $"is empty: 'truncate -s 2G {drive.File}' makes it a disk of 2 GB",
        < CdBlockBytes when drive.IsCdrom => "is too short to be a CD-ROM",
        _ when bytes % SectorBytes != 0 && !drive.IsCdrom =>
            $"has {bytes} bytes, which is no whole number of sectors of {SectorBytes}: is it a disk image? 'truncate -s %{SectorBytes} {drive.File}' fills it up",
        _ => null,
    };

    private static IDiskImage OpenLayer(string path, ImageFormat? format, bool writable, ReadOnlySpan<string> backing)
    {
        ImageFile file = ImageFile.Open(path, writable);
        try
        {
            if ((format ?? Probe(file)) == ImageFormat.Qcow2)
                return OpenQcow(file, writable, backing);
            return backing.Length == 0
                ? new RawImage(file)
                : throw new GuestSetupException($"disk '{path}' is raw and no layer above '{backing[0]}'");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static QcowImage OpenQcow(ImageFile file, bool writable, ReadOnlySpan<string> backing)
    {
        QcowHeader header = QcowHeader.Read(file, writable);
        string? name = header.BackingName;
        if (name is null && backing.Length > 0)
            throw QcowHeader.Refusal(file, $"is no layer above '{backing[0]}', nor above any other file");
        if (name is not null && backing.Length == 0)
            throw QcowHeader.Refusal(file, $"is a layer above '{name}': add ,backing=FILE to let dbt read that file");
        if (name is not null && Path.GetFileName(name) != Path.GetFileName(backing[0]))
            throw QcowHeader.Refusal(file, $"is a layer above '{name}', not above '{backing[0]}'");
        IDiskImage? below = name is null
            ? null
            : OpenLayer(backing[0], header.BackingFormat, writable: false, backing[1..]);
        try
        {
            return new QcowImage(file, header, below, writable);
        }
        catch
        {
            below?.Dispose();
            throw;
        }
    }

    private static ImageFormat Probe(ImageFile file)
    {
        byte[] magic = new byte[sizeof(uint)];
        file.Read(0, magic);
        return BinaryPrimitives.ReadUInt32BigEndian(magic) == QcowHeader.Magic ? ImageFormat.Qcow2 : ImageFormat.Raw;
    }
}
