using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Dbt.Tool.Terminal;
using Microsoft.Win32.SafeHandles;

namespace Dbt.Tool.Lines;

/// <summary>
/// A serial port that is a terminal of the host, for another program to open: raw, and open for as long as the guest
/// runs, whoever closes it.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class PtyLine : PeerLine
{
    private const int ReadWrite = 2, SettingsSize = 256;
    private const short HungUp = 16;
    private const int LookEveryMilliseconds = 50;

    private static readonly int s_noControllingTerminal = OperatingSystem.IsLinux() ? 0x100 : 0x2_0000;

    private readonly int _descriptor;
    private readonly SafeFileHandle _handle;
    private readonly string _name;

    /// <summary>Opens one.</summary>
    /// <exception cref="IOException">The host has no more.</exception>
    public PtyLine()
    {
        _descriptor = OpenMaster(ReadWrite | s_noControllingTerminal);
        if (_descriptor < 0 || Grant(_descriptor) != 0 || Unlock(_descriptor) != 0)
            throw new IOException("the host gives no pseudo-terminal");
        _handle = new SafeFileHandle(_descriptor, ownsHandle: true);
        _name = Marshal.PtrToStringUTF8(NameOf(_descriptor))!;
        using SafeFileHandle terminal =
            File.OpenHandle(_name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        byte[] settings = new byte[SettingsSize];
        int slave = (int)terminal.DangerousGetHandle();
        _ = GetAttributes(slave, settings);
        MakeRaw(settings);
        _ = SetAttributes(slave, 0, settings);
    }

    /// <inheritdoc/>
    public override string Announcement => $"is {_name}";

    /// <inheritdoc/>
    public override void Listen(Action<byte> receive, Action<bool> awaits)
    {
        awaits(true);
        Thread listening = new(() => Listen(receive)) { IsBackground = true, Name = "serial terminal" };
        listening.Start();
    }

    /// <inheritdoc/>
    protected override void Close() => _handle.Dispose();

    private void Listen(Action<byte> receive)
    {
        while (!IsClosing)
        {
            // Nobody has it open.
            if ((HostDescriptor.Poll(_descriptor, HostDescriptor.Readable, LookEveryMilliseconds) & HungUp) != 0)
                Thread.Sleep(LookEveryMilliseconds);
            else
                Meet(new FileStream(Again(), FileAccess.ReadWrite, bufferSize: 0), receive);
        }
    }

    // The line outlives whoever comes and goes.
    private SafeFileHandle Again() => new(_descriptor, ownsHandle: false);

    [LibraryImport("libc", EntryPoint = "posix_openpt")]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt")]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname")]
    private static partial nint NameOf(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, [Out] byte[] settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, [In] byte[] settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw([In, Out] byte[] settings);
}
