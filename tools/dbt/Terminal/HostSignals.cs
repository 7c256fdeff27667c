using System.Runtime.InteropServices;

namespace Dbt.Tool.Terminal;

/// <summary>
/// Ends a run in good order when the host asks this process to end. Asked a second time, it ends at once.
/// </summary>
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

        void Register(PosixSignal signal, int number) =>
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = Interlocked.CompareExchange(ref _received, number, 0) == 0;
            stop();
        }));
    }

    /// <summary>
    /// Does what can be stopped, and returns its exit status; where a signal stopped it, a line says so.
    /// </summary>
    /// <param name="work">Is given what says that it has to stop, and throws <see cref="OperationCanceledException"/>
    /// then.</param>
    public static int Run(Func<CancellationToken, int> work)
    {
        using CancellationTokenSource stop = new();
        using HostSignals signals = new(stop.Cancel);
        try
        {
            return work(stop.Token);
        }
        catch (OperationCanceledException) when (signals.Received != 0)
        {
            Console.Error.WriteLine("dbt: stopped");
            return 128 + signals.Received;
        }
    }

    /// <summary>The number of the signal that came, 0 for none.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <inheritdoc/>
    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
