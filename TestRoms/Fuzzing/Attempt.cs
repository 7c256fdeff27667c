using System.Diagnostics;
using Dbt.Runtime;
using Dbt.Tool.Terminal;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// Something tried with an input that nobody made on purpose: it may succeed, or be refused in a line. An exception of another kind, no end, or memory
/// out of all proportion is a finding.
/// </summary>
internal static class Attempt
{
    /// <summary>After so many findings there is enough to do.</summary>
    public const int MostFindings = 5;

    private const long MostAllocated = 256L << 20, MostKept = 64L << 20;

    // The host may be busy: what takes a millisecond otherwise does not take this.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [ThreadStatic]
    private static long t_ofTheTest;

    /// <summary>What a test asks for its own sake: what that allocates is not held against what is tried.</summary>
    public static T Asked<T>(Func<T> question)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        T answer = question();
        t_ofTheTest += GC.GetAllocatedBytesForCurrentThread() - before;
        return answer;
    }

    /// <summary>What was wrong with it; null for nothing.</summary>
    /// <param name="name">What the finding calls it.</param>
    /// <param name="act">What to do.</param>
    /// <param name="mayBeRefused">Whether a refusal is as good as doing it.</param>
    public static string? Fault(string name, Action act, bool mayBeRefused = true)
    {
        string? fault = null;
        long allocated = 0;
        Thread thread = new(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            fault = FaultOf(act, mayBeRefused);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before - t_ofTheTest;
        })
        { IsBackground = true };
        thread.Start();
        if (!thread.Join(s_limit))
            return $"{name} did not end within {s_limit.TotalSeconds:0} s";
        if (allocated > MostAllocated)
            fault ??= $"allocated {allocated >> 20} MB";
        return fault is null ? null : $"{name}: {fault}";
    }

    /// <summary>Whether more is in use than before, beyond what caches keep: a text that says so, null otherwise.</summary>
    public static string? Kept(string name, long before) =>
        GC.GetTotalMemory(forceFullCollection: true) - before is var kept && kept > MostKept ? $"{name}: {kept >> 20} MB are kept" : null;

    private static string? FaultOf(Action act, bool mayBeRefused)
    {
        try
        {
            act();
            return null;
        }
        catch (GuestSetupException refusal) when (mayBeRefused)
        {
            string line = Message.Of(refusal.Message);
            return line.Contains('\n', StringComparison.Ordinal) || refusal.Message.Length == 0 ? $"refused in more or less than a line: {line}" : null;
        }
        catch (Exception failure)
        {
            return $"{failure.GetType().Name}: {failure.Message} {new StackTrace(failure, fNeedFileInfo: false).GetFrame(0)?.GetMethod()?.DeclaringType}";
        }
    }
}
