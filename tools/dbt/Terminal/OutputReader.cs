namespace Dbt.Tool.Terminal;

/// <summary>
/// Who reads standard output, if that is a pipe. .NET's own stream takes what it cannot write to one for written.
/// </summary>
internal static class OutputReader
{
    /// <summary>Whether nobody does any more.</summary>
    public static bool IsGone =>
        !OperatingSystem.IsWindows() && Console.IsOutputRedirected
        && (HostDescriptor.Poll(HostDescriptor.Output, wanted: 0, milliseconds: 0) & HostDescriptor.Error) != 0;
}
