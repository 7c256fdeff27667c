using Dbt.Runtime;
using Dbt.TestRoms.Debian;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

public sealed class GuestCacheTests : IDisposable
{
    private readonly GuestCache _cache = new(Directory.CreateTempSubdirectory("dbt-test-").FullName);

    public void Dispose() => Directory.Delete(_cache.Root, recursive: true);

    [Fact]
    public void What_an_interrupted_fetch_left_is_removed_by_the_next()
    {
        Directory.CreateDirectory(_cache.PathOf("staging-dead", "new"));

        Change(() => { });

        Assert.False(Directory.Exists(_cache.PathOf("staging-dead")));
    }

    [Fact]
    public void A_folder_stays_as_it_was_when_filling_its_successor_fails()
    {
        Change(() => _cache.ReplaceFolder("debian", folder => File.WriteAllText(Path.Combine(folder, "kernel"), "old")));

        Assert.Throws<GuestSetupException>(() => Change(() => _cache.ReplaceFolder("debian", folder =>
        {
            File.WriteAllText(Path.Combine(folder, "kernel"), "new");
            throw new IOException("the plug was pulled");
        })));

        Assert.Equal("old", File.ReadAllText(_cache.PathOf("debian", "kernel")));
        Assert.Empty(Directory.EnumerateDirectories(_cache.Root, "staging-*"));
    }

    [Fact]
    public void A_full_disk_is_one_line_that_says_so()
    {
        GuestSetupException failure = Assert.Throws<GuestSetupException>(() => Change(() => throw new IOException("No space left on device")));

        Assert.Contains("is full", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_lock_that_cannot_be_opened_is_one_line_and_not_waited_for()
    {
        File.CreateSymbolicLink(_cache.PathOf("lock"), "lock");

        GuestSetupException failure = Assert.Throws<GuestSetupException>(() => _cache.Change(
            new Impatient(), () => 0));

        Assert.StartsWith($"cannot use the cache {_cache.Root}: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task Two_changes_at_a_time_follow_each_other()
    {
        int inside = 0, most = 0;
        void Work() => Change(() =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Thread.Sleep(100);
            Interlocked.Decrement(ref inside);
        });

        await Task.WhenAll(Task.Run(Work), Task.Run(Work), Task.Run(Work));

        Assert.Equal(1, most);
    }

    [Fact]
    public void A_damaged_file_does_not_count_as_fetched()
    {
        const string sumOfA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
        Directory.CreateDirectory(_cache.PathOf(DebianFiles.Folder));
        File.WriteAllText(_cache.PathOf(DebianFiles.Folder, "vmlinuz-1"), "a");
        File.WriteAllText(_cache.PathOf(DebianFiles.Folder, "busybox"), "a");
        File.WriteAllText(_cache.PathOf(DebianFiles.Folder, "sha256sums"), $"{sumOfA}  busybox\n{sumOfA}  vmlinuz-1\n");
        Assert.Equal("vmlinuz-1", DebianFiles.TryLoad(_cache)?.KernelName);

        File.WriteAllText(_cache.PathOf(DebianFiles.Folder, "busybox"), "b");

        Assert.Null(DebianFiles.TryLoad(_cache));
    }

    private void Change(Action work) => _cache.Change(new SilentFetch(), () =>
    {
        work();
        return 0;
    });

    private sealed class Impatient : IFetchProgress
    {
        public void Step(string what, Action<Action<double>> work) => work(_ => { });

        public void Note(string text) => throw new InvalidOperationException(text);
    }
}
