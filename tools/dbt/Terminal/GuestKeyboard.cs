using Microsoft.Win32.SafeHandles;

namespace Dbt.Tool.Terminal;

/// <summary>Reads standard input on a thread of its own, for as long as the process lives.</summary>
internal static class GuestKeyboard
{
    /// <summary>
    /// Hands every byte to <paramref name="take"/>, beginning when <paramref name="ready"/> is set. The end of the
    /// input ends nothing else.
    /// </summary>
    public static void Start(Action<byte> take, WaitHandle ready)
    {
        Thread reader = new(() => Read(take, ready)) { IsBackground = true, Name = "keyboard" };
        reader.Start();
    }

    private static void Read(Action<byte> take, WaitHandle ready)
    {
        try
        {
            ready.WaitOne();
            // Console's own stream edits lines when it is on a terminal.
            using Stream input = OperatingSystem.IsWindows()
                ? Console.OpenStandardInput()
                : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            byte[] buffer = new byte[256];
            for (int count; (count = input.Read(buffer)) > 0;)
            {
                foreach (byte key in buffer.AsSpan(0, count))
                    take(key);
            }
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException or ArgumentException
            or ObjectDisposedException)
        {
            // No input, or the run is over, perhaps before this thread has begun: nobody is at the keyboard.
        }
    }
}
