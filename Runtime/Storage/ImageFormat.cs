namespace Dbt.Runtime.Storage;

/// <summary>How the contents of a disk are kept in a file.</summary>
public enum ImageFormat
{
    /// <summary>Byte for byte; the host keeps no room for what was never written.</summary>
    Raw,

    /// <summary>QEMU's format of clusters that are there when they have been written.</summary>
    Qcow2,
}
