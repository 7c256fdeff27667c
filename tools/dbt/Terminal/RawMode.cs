using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Dbt.Tool.Terminal;

/// <summary>
/// The terminal on standard input in raw mode: every key is a byte, none is a signal. It is given back when this is
/// disposed of and while the process is stopped, and taken again whoever else has changed it: a shell, another program,
/// .NET itself. The settings are only saved, compared and handed back, never looked into, so their layout, which
/// differs between systems, does not matter.
/// </summary>
internal sealed partial class RawMode : IDisposable
{
    private const int StandardInput = 0;
    // TCSANOW. The same on Linux, macOS and the BSDs. Whoever waits for what was written waits for a reader.
    private const int AtOnce = 0;
    // Larger than any system's struct termios.
    private const int SettingsSize = 256;
    // Not every change comes with a signal.
    private const int LookEveryMilliseconds = 100;

    private static readonly int s_stop = OperatingSystem.IsLinux() ? 19 : 17;

    private readonly Lock _gate = new();
    private readonly byte[] _before;
    private readonly byte[] _raw = new byte[SettingsSize];
    private readonly byte[] _now = new byte[SettingsSize];
    private readonly PosixSignalRegistration _stopped, _continued;
    private readonly EventHandler _exiting;
    private readonly UnhandledExceptionEventHandler _failing;
    private readonly Timer _look;
    private bool _isGivenBack;

    [UnsupportedOSPlatform("windows")]
    private RawMode(byte[] before)
    {
        _before = before;
        before.CopyTo(_raw, 0);
        MakeRaw(_raw);
        _exiting = (_, _) => Restore();
        _failing = (_, _) => Restore();
        AppDomain.CurrentDomain.ProcessExit += _exiting;
        AppDomain.CurrentDomain.UnhandledException += _failing;
        _ = SetAttributes(StandardInput, AtOnce, _raw);
        // As the system has it.
        _ = GetAttributes(StandardInput, _raw);
        _stopped = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, context =>
        {
            context.Cancel = true;
            Stop();
        });
        _continued = PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => TakeAgain());
        _look = new Timer(_ => TakeAgain(), null, LookEveryMilliseconds, LookEveryMilliseconds);
    }

    /// <summary>Switches to raw mode; null when standard input is no terminal.</summary>
    public static RawMode? Enter()
    {
        if (OperatingSystem.IsWindows() || Console.IsInputRedirected)
            return null;
        byte[] before = new byte[SettingsSize];
        return GetAttributes(StandardInput, before) == 0 ? new RawMode(before) : null;
    }

    /// <summary>Gives the terminal back as it was; may be called from any thread, more than once.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            if (!_isGivenBack)
                _ = SetAttributes(StandardInput, AtOnce, _before);
            _isGivenBack = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _look.Dispose();
        Restore();
        _stopped.Dispose();
        _continued.Dispose();
        AppDomain.CurrentDomain.ProcessExit -= _exiting;
        AppDomain.CurrentDomain.UnhandledException -= _failing;
    }

    private void Stop()
    {
        lock (_gate)
        {
            bool wasGivenBack = _isGivenBack;
            Restore();
            // Returns when the process goes on.
            _ = Raise(s_stop);
            _isGivenBack = wasGivenBack;
        }
        TakeAgain();
    }

    // A process in the background would be stopped for it.
    private void TakeAgain()
    {
        lock (_gate)
        {
            if (!_isGivenBack && GetAttributes(StandardInput, _now) == 0 && !_now.AsSpan().SequenceEqual(_raw)
                && GetForegroundGroup(StandardInput) == GetGroup())
                _ = SetAttributes(StandardInput, AtOnce, _raw);
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, [Out] byte[] settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, [In] byte[] settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw([In, Out] byte[] settings);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int GetForegroundGroup(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int GetGroup();

    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);
}
