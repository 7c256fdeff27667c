using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Dbt.Tool.Terminal;

/// <summary>
/// The terminal on standard input in raw mode: every key is a byte, none is a signal. Disposing it restores what was
/// before. The settings are only saved and handed back, never looked into, so their layout, which differs between
/// systems, does not matter.
/// </summary>
internal sealed partial class RawMode : IDisposable
{
    private const int StandardInput = 0;
    // TCSANOW; TCSADRAIN: after what was written has gone out. The same on Linux, macOS and the BSDs.
    private const int AtOnce = 0, AfterOutput = 1;
    // Larger than any system's struct termios.
    private const int SettingsSize = 256;

    private readonly byte[] _before = new byte[SettingsSize];
    private readonly byte[] _raw = new byte[SettingsSize];
    private readonly PosixSignalRegistration _continued;
    private readonly EventHandler _exiting;
    private int _restored;

    [UnsupportedOSPlatform("windows")]
    private RawMode(byte[] before)
    {
        _before = before;
        before.CopyTo(_raw, 0);
        MakeRaw(_raw);
        // What was written may never go out: the terminal is stopped, or nobody reads it.
        _exiting = (_, _) => Restore(AtOnce);
        AppDomain.CurrentDomain.ProcessExit += _exiting;
        // Whoever stopped us may have left the terminal in another mode.
        _continued = PosixSignalRegistration.Create(PosixSignal.SIGCONT, context =>
        {
            if (_restored == 0)
                _ = SetAttributes(StandardInput, AfterOutput, _raw);
        });
        _ = SetAttributes(StandardInput, AfterOutput, _raw);
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
    public void Restore() => Restore(AfterOutput);

    /// <inheritdoc/>
    public void Dispose()
    {
        Restore();
        _continued.Dispose();
        AppDomain.CurrentDomain.ProcessExit -= _exiting;
    }

    private void Restore(int when)
    {
        if (Interlocked.Exchange(ref _restored, 1) == 0)
            _ = SetAttributes(StandardInput, when, _before);
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, [Out] byte[] settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, [In] byte[] settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw([In, Out] byte[] settings);
}
