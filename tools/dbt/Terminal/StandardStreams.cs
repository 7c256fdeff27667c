using System.Runtime.InteropServices;
using Dbt.Runtime;

namespace Dbt.Tool.Terminal;

/// <summary>
/// Standard streams that whoever started this process had closed, or opened the wrong way round. Where one is closed,
/// the runtime has by now opened a file of its own under its number: what is meant for nobody would reach that.
/// </summary>
internal static partial class StandardStreams
{
    private const int Input = 0, Output = 1, Errors = 2;
    private const int GetFlags = 1, CloseOnExec = 1, GetMode = 3, ReadOnly = 0, WriteOnly = 1, Modes = 3;

    /// <summary>Whether there is a standard input.</summary>
    public static bool HasInput { get; } = IsOpen(Input, notAs: WriteOnly);

    /// <summary>Makes messages go nowhere where there is nowhere for them; to be called before there are any.</summary>
    /// <exception cref="GuestSetupException">There is no standard output.</exception>
    public static void Check()
    {
        if (!IsOpen(Errors, notAs: ReadOnly))
            Console.SetError(TextWriter.Null);
        if (!IsOpen(Output, notAs: ReadOnly))
            throw new GuestSetupException("standard output is closed: lead it somewhere, if only to /dev/null");
    }

    // What a process was given at its start is not closed on the next exec, or it would have been closed on this one;
    // what the runtime opens is.
    private static bool IsOpen(int descriptor, int notAs) =>
        OperatingSystem.IsWindows()
        || Control(descriptor, GetFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0
            && (Control(descriptor, GetMode) & Modes) != notAs;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);
}
