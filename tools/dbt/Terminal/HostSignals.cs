using System.Runtime.InteropServices;

namespace Dbt.Tool.Terminal;

/// <summary>Ends a run in good order when the host asks this process to end. Asked a second time, it ends at once.</summary>
internal sealed class HostSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _received;

    /// <summary>Calls <paramref name="stop"/> on the first of the signals that end a process.</summary>
    public HostSignals(Action stop)
    {
        Register(PosixSignal.SIGINT, 2);
        Register(PosixSignal.SIGTERM, 15);
        if (!OperatingSystem.IsWindows())
        {
            Register(PosixSignal.SIGHUP, 1);
            Register(PosixSignal.SIGQUIT, 3);
        }

        void Register(PosixSignal signal, int number) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = Interlocked.CompareExchange(ref _received, number, 0) == 0;
            stop();
        }));
    }

    /// <summary>The number of the signal that came, 0 for none.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <inheritdoc/>
    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
