using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Function 1 of the PIIX4 (82371AB §5): two IDE channels with no drive on either. Their status ports read 0, which is
/// how a driver finds that nobody is there.
/// </summary>
public sealed class Piix4Ide : IHasState
{
    private readonly RegisterBank _busMaster = new("piix4-ide-bus-master", 16, hole: 0xff);

    /// <summary>Creates the controller.</summary>
    /// <param name="ports">The port space its bus master registers are mapped into.</param>
    public Piix4Ide(AddressSpace ports)
    {
        Function = new PciFunction("piix4-ide", new(0x8086, 0x7111, 0x010180), status: 0x0280);
        for (int channel = 0; channel < 16; channel += 8)
        {
            _busMaster.Add(channel, $"BMIC{channel / 8}", mask: 0x09);
            _busMaster.Add(channel + 2, $"BMIS{channel / 8}", mask: 0x60, clearMask: 0x06);
            _busMaster.Add(channel + 4, $"BMIDTP{channel / 8}", 4, mask: 0xffff_fffc);
        }
        Function.AddPorts(4, 16, ports, _busMaster);
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <inheritdoc/>
    public void Walk(StateWalk walk) => walk.Part("bus master", _busMaster);

    /// <summary>Command or control ports of a channel without drives.</summary>
    public static RegisterBank EmptyChannel(int bytes) => new("ide", bytes, hole: 0);
}
