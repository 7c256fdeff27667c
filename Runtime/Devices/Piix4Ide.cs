using Dbt.Runtime.Bus;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Function 1 of the PIIX4 (82371AB §5): two IDE channels with no drive on either. Their status ports read 0, which is
/// how a driver finds that nobody is there.
/// </summary>
public sealed class Piix4Ide
{
    /// <summary>Creates the controller.</summary>
    /// <param name="ports">The port space its bus master registers are mapped into.</param>
    public Piix4Ide(AddressSpace ports)
    {
        Function = new PciFunction("piix4-ide", 0x8086, 0x7111, 0x010180, status: 0x0280);
        var busMaster = new RegisterBank("piix4-ide-bus-master", 16, hole: 0xff);
        for (int channel = 0; channel < 16; channel += 8)
        {
            busMaster.Add(channel, "BMIC", mask: 0x09);
            busMaster.Add(channel + 2, "BMIS", mask: 0x60, clearMask: 0x06);
            busMaster.Add(channel + 4, "BMIDTP", 4, mask: 0xffff_fffc);
        }
        Function.AddPorts(4, 16, ports, busMaster);
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <summary>Command or control ports of a channel without drives.</summary>
    public static RegisterBank EmptyChannel(int bytes) => new("ide", bytes, hole: 0);
}
