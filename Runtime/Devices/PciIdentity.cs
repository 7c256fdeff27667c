namespace Dbt.Runtime.Devices;

/// <summary>What a driver knows a function on a PCI bus by (PCI 2.1, section 6.2.1).</summary>
/// <param name="Vendor">Vendor ID.</param>
/// <param name="Device">Device ID.</param>
/// <param name="ClassCode">Base class, subclass and programming interface: 24 bits.</param>
/// <param name="Revision">Revision ID.</param>
public readonly record struct PciIdentity(uint Vendor, uint Device, uint ClassCode, uint Revision = 0);
