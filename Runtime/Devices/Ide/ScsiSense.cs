namespace Dbt.Runtime.Devices;

/// <summary>Why a packet command failed (SPC-2, 7.20).</summary>
/// <param name="Key">The sense key.</param>
/// <param name="Code">The additional sense code.</param>
internal readonly record struct ScsiSense(byte Key, byte Code)
{
    /// <summary>It did not.</summary>
    public static readonly ScsiSense None = new(0, 0);

    /// <summary>The tray is open.</summary>
    public static readonly ScsiSense NoMedium = new(2, 0x3a);

    /// <summary>The medium cannot be read.</summary>
    public static readonly ScsiSense ReadError = new(3, 0x11);

    /// <summary>There is no such command.</summary>
    public static readonly ScsiSense NoSuchCommand = new(5, 0x20);

    /// <summary>There is no such block.</summary>
    public static readonly ScsiSense NoSuchBlock = new(5, 0x21);

    /// <summary>A field of the packet cannot be as it is.</summary>
    public static readonly ScsiSense InvalidField = new(5, 0x24);

    /// <summary>The host has said that the medium must stay.</summary>
    public static readonly ScsiSense MediumIsHeld = new(5, 0x53);

    /// <summary>There may be another medium.</summary>
    public static readonly ScsiSense MediumChanged = new(6, 0x28);
}
