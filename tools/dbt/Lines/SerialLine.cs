using Dbt.Runtime;

namespace Dbt.Tool.Lines;

/// <summary>
/// What is at the other end of a serial port's cable. It never lets the guest wait: what it cannot take yet is kept, or
/// lost where nobody is there to read it.
/// </summary>
internal abstract class SerialLine : IDisposable
{
    /// <summary>What the user is to know of it once it is there, as the port of a server; null for nothing.</summary>
    public virtual string? Announcement => null;

    /// <summary>Takes a byte that the guest has sent; called from the machine's thread.</summary>
    public abstract void Write(byte value);

    /// <summary>Begins to hand over what comes from the other end; to be called once.</summary>
    /// <param name="receive">Takes each byte, and may let the line wait.</param>
    /// <param name="awaits">Is told whether more may come.</param>
    public virtual void Listen(Action<byte> receive, Action<bool> awaits) { }

    /// <summary>The guest is gone: what it sent is written.</summary>
    /// <exception cref="IOException">Something of it was lost that should not be.</exception>
    public abstract void Dispose();

    /// <summary>Lays a line; null where none is needed.</summary>
    /// <param name="target">Where it leads.</param>
    /// <param name="waiting">Is told that it waits for somebody to connect.</param>
    /// <param name="stop">Ends such a wait.</param>
    /// <exception cref="GuestSetupException">It cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static SerialLine? Open(LineTarget target, Action<string> waiting, CancellationToken stop)
    {
        try
        {
            return target.Kind switch
            {
                LineKind.File => new FileLine(target.Address),
                LineKind.Tcp or LineKind.Unix => SocketLine.Connect(target, waiting, stop),
                LineKind.Pty when OperatingSystem.IsWindows() =>
                    throw new GuestSetupException("--serial pty: this host has none; use tcp:127.0.0.1:PORT,server"),
                LineKind.Pty => new PtyLine(),
                _ => null,
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException
            or System.Net.Sockets.SocketException or ArgumentException or NotSupportedException)
        {
            throw new GuestSetupException($"cannot open --serial '{target}': {failure.Message}", failure);
        }
    }
}
