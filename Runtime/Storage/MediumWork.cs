namespace Dbt.Runtime.Storage;

/// <summary>What a drive does with its medium.</summary>
public enum MediumOperation : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Reads into the drive's buffer.</summary>
    Read,

    /// <summary>Writes what is in the drive's buffer.</summary>
    Write,

    /// <summary>Sees to it that all that was written stays.</summary>
    Flush,

    /// <summary>Reads, but keeps nothing.</summary>
    Verify,
}

/// <summary>A piece of work on a medium. It may be done twice: then it is as if it had been done once.</summary>
/// <param name="Operation">What.</param>
/// <param name="Offset">From which byte of the medium on.</param>
/// <param name="Bytes">How many bytes, which the drive's buffer has room for.</param>
public readonly record struct MediumWork(MediumOperation Operation, long Offset, int Bytes);
