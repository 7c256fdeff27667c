namespace Dbt.Tool.Terminal;

/// <summary>A signal has ended what a command was doing, and all it had begun.</summary>
/// <param name="signal">The signal's number.</param>
internal sealed class StoppedException(int signal) : Exception("stopped")
{
    /// <summary>The command's exit status.</summary>
    public int Status => 128 + signal;
}
