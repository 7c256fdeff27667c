using Dbt.Perf.Comparison;

namespace Dbt.Perf.Guests;

/// <summary>Debian's kernel and busybox, where <c>dbt guests fetch debian</c> puts them.</summary>
internal sealed record DebianFiles(string Kernel, string Busybox)
{
    /// <summary>Those in the cache of the user who runs this.</summary>
    /// <exception cref="ComparisonException">They have not been fetched.</exception>
    public static DebianFiles OfUser()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathRooted(cache))
            cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string folder = Path.Combine(cache, "dbt", "debian"), busybox = Path.Combine(folder, "busybox");
        string? kernel = Directory.Exists(folder) ? Directory.GetFiles(folder, "vmlinuz-*").Order(StringComparer.Ordinal).LastOrDefault() : null;
        if (kernel is null || !File.Exists(busybox))
            throw new ComparisonException("the suites 'system' and 'boot' need Debian: dotnet run -c Release --project tools/dbt -- guests fetch debian");
        return new DebianFiles(kernel, busybox);
    }
}
