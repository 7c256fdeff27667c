using Dbt.Runtime.Bus;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// Function 1 of the PIIX4 (82371AB §5): two IDE channels of up to two drives, and a bus master for each. The status
/// ports of a channel without drives read 0, which is how a driver finds that nobody is there.
/// </summary>
public sealed class Piix4Ide : IHasState
{
    private const int Channels = 2, DrivesOfChannel = 2;

    private readonly RegisterBank _registers =
        new("piix4-ide-bus-master", Channels * BusMaster.RegisterBytes, hole: 0xff);
    private readonly BusMaster[] _busMasters = new BusMaster[Channels];
    private readonly IdeChannel?[] _channels = new IdeChannel?[Channels];

    /// <summary>Creates the controller.</summary>
    /// <param name="clock">The machine's time, and whether it is the host's.</param>
    /// <param name="ports">The port space its registers are mapped into.</param>
    /// <param name="memory">What its bus masters read and write.</param>
    /// <param name="media">What is in the drives that it has.</param>
    /// <param name="interrupts">One for each channel.</param>
    public Piix4Ide(
        (Clock Time, bool IsHosts) clock, AddressSpace ports, IBusMemory memory, IReadOnlyList<DriveMedium> media,
        params ReadOnlySpan<InterruptLine> interrupts)
    {
        Function = new PciFunction("piix4-ide", new(0x8086, 0x7111, 0x010180), status: 0x0280);
        for (int i = 0; i < Channels; i++)
        {
            _busMasters[i] = new BusMaster(_registers, i * BusMaster.RegisterBytes, $"{i}", memory);
            IdeDrive? first = DriveIn(DrivesOfChannel * i), second = DriveIn(DrivesOfChannel * i + 1);
            if (first is not null || second is not null)
                _channels[i] = new IdeChannel(first, second, _busMasters[i], interrupts[i]);
        }
        Function.AddPorts(4, Channels * BusMaster.RegisterBytes, ports, _registers);

        IdeDrive? DriveIn(int slot) => media.FirstOrDefault(
            medium => !medium.Configuration.IsVirtio && medium.Configuration.Slot == slot) switch
        {
            null => null,
            { Configuration.IsCdrom: true } medium => new AtapiCdrom(medium, clock.Time, clock.IsHosts),
            var medium => new AtaDisk(medium, clock.Time, clock.IsHosts),
        };
    }

    /// <summary>The function's configuration space.</summary>
    public PciFunction Function { get; }

    /// <summary>The command block of a channel: 8 ports.</summary>
    public IBusTarget CommandPorts(int channel) =>
        (IBusTarget?)_channels[channel] ?? EmptyChannel(8);

    /// <summary>The control block of a channel: a port.</summary>
    public IBusTarget ControlPort(int channel) =>
        (IBusTarget?)_channels[channel]?.ControlPort ?? EmptyChannel(1);

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("bus master", _registers);
        for (int i = 0; i < Channels; i++)
        {
            walk.Part($"bus master {i}", _busMasters[i]);
            walk.Constant($"channel {i} has drives", _channels[i] is not null);
            if (_channels[i] is { } channel)
                walk.Part($"channel {i}", channel);
        }
    }

    private static RegisterBank EmptyChannel(int bytes) => new RegisterBank("ide", bytes, hole: 0);
}
