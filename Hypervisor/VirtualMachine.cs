namespace Dbt.Hypervisor;

/// <summary>A Malta board, its memory and its virtual processor.</summary>
public sealed class VirtualMachine : IDisposable
{
    /// <summary>Builds the machine and loads the guest.</summary>
    /// <exception cref="Dbt.Runtime.GuestSetupException">The configuration cannot be run.</exception>
    public VirtualMachine(MachineConfiguration configuration) => Configuration = configuration;

    /// <summary>What the machine was built from.</summary>
    public MachineConfiguration Configuration { get; }

    /// <summary>
    /// A byte left one of the serial ports: 0 and 1 are the ISA ports (ttyS0, ttyS1), 2 the CBUS port (ttyS2).
    /// Raised on the thread that called <see cref="Run"/>.
    /// </summary>
    public event Action<int, byte>? SerialOutput;

    /// <summary>Sends a byte into a serial port; may be called from any thread.</summary>
    public void SendToSerial(int port, byte value) => SerialOutput?.Invoke(port, value);

    /// <summary>Runs the guest until it stops, or until <paramref name="stop"/> is cancelled.</summary>
    public RunResult Run(CancellationToken stop) => throw new NotSupportedException();

    /// <summary>Frees the guest's memory.</summary>
    public void Dispose() { }
}
