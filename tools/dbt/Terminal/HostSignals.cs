using System.Runtime.InteropServices;

namespace Dbt.Tool.Terminal;

/// <summary>
/// Ends a run in good order when the host asks this process to end. Asked a second time, it ends at once; and so it
/// does where good order takes too long: a reader that does not read, or a guest that keeps dbt busy, stops nobody.
/// </summary>
internal sealed class HostSignals : IDisposable
{
    // With what it takes to end, a second.
    private const int PatienceMilliseconds = 900, LastWordsMilliseconds = 50;

    // Whose usual effect is to end a process, without a word: USR1, USR2, ALRM, XCPU, VTALRM, PROF, and of Linux IO and
    // PWR, too.
    private static readonly int[] s_others =
        OperatingSystem.IsLinux() ? [10, 12, 14, 24, 26, 27, 29, 30] : [30, 31, 14, 24, 26, 27];

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action _stop;
    private readonly Timer _patience;
    private int _received;

    /// <summary>Calls <paramref name="stop"/> on the first of the signals that end a process.</summary>
    public HostSignals(Action stop)
    {
        _stop = stop;
        _patience = new Timer(_ => EndAtOnce());
        Register(PosixSignal.SIGINT, 2);
        Register(PosixSignal.SIGTERM, 15);
        if (!OperatingSystem.IsWindows())
        {
            Register(PosixSignal.SIGHUP, 1);
            Register(PosixSignal.SIGQUIT, 3);
            foreach (int other in s_others)
                Register((PosixSignal)other, other);
        }

        void Register(PosixSignal signal, int number) =>
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = Interlocked.CompareExchange(ref _received, number, 0) == 0;
            Leave();
        }));
    }

    /// <summary>Does what can be stopped.</summary>
    /// <param name="work">Is given what says that it has to stop, and throws <see cref="OperationCanceledException"/>
    /// then.</param>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    public static T Run<T>(Func<CancellationToken, T> work)
    {
        using CancellationTokenSource stop = new();
        using HostSignals signals = new(stop.Cancel);
        try
        {
            return work(stop.Token);
        }
        catch (OperationCanceledException) when (signals.Received != 0)
        {
            throw new StoppedException(signals.Received);
        }
    }

    /// <summary>The number of the signal that came, 0 for none.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <summary>Ends the run as a signal does; it is a key that asks for it.</summary>
    public void Leave()
    {
        _patience.Change(PatienceMilliseconds, Timeout.Infinite);
        _stop();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _patience.Dispose();
    }

    private void EndAtOnce()
    {
        // Nobody may be reading that, either.
        Thread words = new(() => Message.Say("stopped, with something left undone"))
        {
            IsBackground = true,
        };
        words.Start();
        words.Join(LastWordsMilliseconds);
        Environment.Exit(Received == 0 ? 1 : 128 + Received);
    }
}
