using System.Diagnostics;
using Dbt.Runtime;

namespace Dbt.Tool.Guests;

/// <summary>
/// The folder in the user's cache where fetched guests live. What is under its final name is complete: it was
/// prepared in a staging folder, under the lock, and renamed. An interrupted fetch leaves a staging folder, which the
/// next one removes.
/// </summary>
internal sealed class GuestCache(string root)
{
    private const string StagingPrefix = "staging-";
    private const int NoSpaceOnDevice = 28, DiskQuotaExceeded = 122;

    // EWOULDBLOCK of Linux and of the BSDs, and ERROR_SHARING_VIOLATION.
    private static readonly int[] s_taken = [11, 35, unchecked((int)0x8007_0020)];

    /// <summary>The cache of the user who runs this: <c>dbt</c> in XDG_CACHE_HOME or in ~/.cache.</summary>
    public static GuestCache OfUser() =>
        FindOfUser() ?? throw new GuestSetupException(
            HomeOfUser.Length == 0
                ? "no place for the cache: set HOME or XDG_CACHE_HOME"
                : $"no place for the cache: the home folder '{HomeOfUser}' does not exist; set HOME or XDG_CACHE_HOME");

    /// <summary>The same; null where there is no place for it.</summary>
    public static GuestCache? FindOfUser()
    {
        string? home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathRooted(home))
        {
            if (!Directory.Exists(HomeOfUser))
                return null;
            home = Path.Combine(HomeOfUser, ".cache");
        }
        return new GuestCache(Path.Combine(home, "dbt"));
    }

    private static string HomeOfUser { get; } = Environment.GetFolderPath(
        Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    /// <summary>Where it is.</summary>
    public string Root { get; } = root;

    /// <summary>The path of something in it.</summary>
    public string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The size of a folder in it, in bytes; 0 when it is not there.</summary>
    public long SizeOf(string folder) => Directory.Exists(PathOf(folder))
        ? new DirectoryInfo(PathOf(folder)).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
        : 0;

    /// <summary>
    /// Runs <paramref name="work"/> as the only process that changes the cache. Failures of the disk become messages.
    /// </summary>
    /// <exception cref="OperationCanceledException">It had to end.</exception>
    public T Change<T>(IFetchProgress progress, Func<T> work)
    {
        try
        {
            Directory.CreateDirectory(Root);
            using FileStream held = TakeLock(progress);
            foreach (string stale in Directory.EnumerateDirectories(Root, StagingPrefix + "*"))
                Directory.Delete(stale, recursive: true);
            return work();
        }
        catch (Exception failure) when (progress.Stop.IsCancellationRequested)
        {
            // Whatever was in the middle of something failed.
            throw new OperationCanceledException("stopped", failure, progress.Stop);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetupException(Explain(failure), failure);
        }
    }

    /// <summary>
    /// Prepares a folder in staging and puts it in place under <paramref name="name"/>, in place of what was there.
    /// Nothing changes when <paramref name="fill"/> fails.
    /// </summary>
    public void ReplaceFolder(string name, Action<string> fill)
    {
        InStaging(staging =>
        {
            string fresh = Directory.CreateDirectory(Path.Combine(staging, "new")).FullName;
            fill(fresh);
            string target = PathOf(name);
            if (Directory.Exists(target))
                Directory.Move(target, Path.Combine(staging, "old"));
            Directory.Move(fresh, target);
        });
    }

    /// <summary>Puts a file in place in one step.</summary>
    public void ReplaceFile(string path, ReadOnlySpan<byte> content)
    {
        byte[] bytes = content.ToArray();
        InStaging(staging =>
        {
            string fresh = Path.Combine(staging, "new");
            File.WriteAllBytes(fresh, bytes);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(fresh, path, overwrite: true);
        });
    }

    /// <summary>Runs <paramref name="work"/> with a folder that is gone afterwards.</summary>
    public void InStaging(Action<string> work)
    {
        string staging = Directory.CreateDirectory(PathOf(StagingPrefix + Guid.NewGuid().ToString("N"))).FullName;
        bool isStopped = false;
        try
        {
            work(staging);
        }
        catch (OperationCanceledException)
        {
            isStopped = true;
            throw;
        }
        finally
        {
            if (!isStopped || !DeleteInPassing(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    // A kernel's source takes longer to delete than anybody waits who has stopped its build.
    private static bool DeleteInPassing(string folder)
    {
        const int longestWait = 300;
        if (OperatingSystem.IsWindows())
            return false;
        using Process remover = Process.Start("rm", ["-rf", "--", folder]);
        remover.WaitForExit(longestWait);
        return true;
    }

    private FileStream TakeLock(IFetchProgress progress)
    {
        string path = PathOf("lock");
        for (bool first = true; ; first = false)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException failure) when (s_taken.Contains(failure.HResult))
            {
                if (first)
                    progress.Note("waiting for another dbt that is fetching");
                progress.Stop.WaitHandle.WaitOne(200);
                progress.Stop.ThrowIfCancellationRequested();
            }
        }
    }

    private string Explain(Exception failure) => IsFull(failure)
        ? $"the disk of the cache {Root} is full: make room, or set XDG_CACHE_HOME to a folder on another disk"
        : $"cannot use the cache {Root}: {failure.Message.Split('\n')[0]} (XDG_CACHE_HOME names another place)";

    private static bool IsFull(Exception failure) =>
        failure is IOException
            && (failure.HResult is NoSpaceOnDevice or DiskQuotaExceeded
                || failure.Message.Contains("No space left", StringComparison.Ordinal));
}
