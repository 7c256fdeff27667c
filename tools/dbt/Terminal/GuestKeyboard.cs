using Microsoft.Win32.SafeHandles;

namespace Dbt.Tool.Terminal;

/// <summary>Reads standard input on a thread of its own, for as long as the process lives.</summary>
/// <param name="take">Is handed every byte.</param>
/// <param name="awaits">
/// Is told when the input has nothing more to read but may have, and when it has ended. That ends nothing else.
/// </param>
internal sealed class GuestKeyboard(Action<byte> take, Action<bool> awaits)
{
    /// <summary>Begins to read; to be called once.</summary>
    public void Listen()
    {
        if (!StandardStreams.HasInput)
            return;
        AwaitIfEmpty();
        Thread reader = new(Read) { IsBackground = true, Name = "keyboard" };
        reader.Start();
    }

    private void Read()
    {
        try
        {
            // Console's own stream edits lines when it is on a terminal.
            using Stream input = OperatingSystem.IsWindows()
                ? Console.OpenStandardInput()
                : new FileStream(
                    new SafeFileHandle(HostDescriptor.Input, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            byte[] buffer = new byte[256];
            for (int count; (count = Next(input, buffer)) > 0;)
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
        awaits(false);
    }

    private int Next(Stream input, byte[] buffer)
    {
        AwaitIfEmpty();
        // Who has the other end may have made both of them refuse to wait.
        if (!OperatingSystem.IsWindows())
            _ = HostDescriptor.Poll(HostDescriptor.Input, HostDescriptor.Readable, milliseconds: -1);
        return input.Read(buffer);
    }

    // A file, /dev/null and a pipe that nobody writes to any more have something to read, if only their end.
    private void AwaitIfEmpty()
    {
        if (OperatingSystem.IsWindows()
            ? !Console.IsInputRedirected
            : HostDescriptor.Poll(HostDescriptor.Input, HostDescriptor.Readable, milliseconds: 0) == 0)
            awaits(true);
    }
}
