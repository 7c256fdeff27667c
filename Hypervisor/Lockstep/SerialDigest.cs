namespace Dbt.Hypervisor.Lockstep;

/// <summary>What left a machine's serial ports, as a length and a hash (FNV-1a) over ports and bytes.</summary>
public sealed class SerialDigest
{
    /// <summary>Bytes sent.</summary>
    public long Length { get; private set; }

    /// <summary>Their hash.</summary>
    public ulong Hash { get; private set; } = 0xcbf2_9ce4_8422_2325;

    /// <summary>Takes a byte.</summary>
    public void Add(int port, byte value)
    {
        Length++;
        Hash = (Hash ^ value ^ (ulong)port << 8) * 0x100_0000_01b3;
    }
}
