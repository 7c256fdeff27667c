using System.Text;
using Dbt.Runtime;

namespace Dbt.Tool.Running;

/// <summary>
/// A file that the user wants written: that it cannot be is known before the guest has run, and it has its name once it
/// is whole, so that what was there stays until then, or for good where nothing is written.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    /// <summary>The name that stands for standard output.</summary>
    public const string StandardOutput = "-";

    private readonly string _name;
    private readonly string _path;
    private readonly string? _unfinished;
    private readonly Stream _stream;

    // A device or a pipe has no contents to be kept, and must not be replaced by a file.
    private OutputFile(string name, string path)
    {
        (_name, _path) = (name, FinalPath(path));
        if (path == StandardOutput)
        {
            _stream = Console.OpenStandardOutput();
            return;
        }
        if (File.Exists(path))
        {
            FileStream there = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            _stream = there;
            if (!there.CanSeek || there.Length == 0)
                return;
            there.Dispose();
        }
        _unfinished =
            Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.{Path.GetRandomFileName()}");
        _stream = new FileStream(_unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (File.Exists(_path) && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(_unfinished, File.GetUnixFileMode(_path));
    }

    /// <summary>Whether it is standard output.</summary>
    public bool IsStandardOutput => _path == StandardOutput;

    /// <summary>
    /// Makes sure that a file can be written; null where <paramref name="path"/> is. A <c>-</c> is standard output.
    /// </summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">Where it is to be.</param>
    /// <param name="others">Other files of the command, and what they are to it: none of them may be this one.</param>
    /// <exception cref="GuestSetupException">It cannot be written.</exception>
    public static OutputFile? Claim(string option, string? path, params IEnumerable<(string? Path, string What)> others)
    {
        if (path is null)
            return null;
        if (path.Length == 0)
            throw new GuestSetupException($"{option} takes the name of a file, not ''");
        string name = $"{option} '{path}'";
        if (Directory.Exists(path) && path != StandardOutput)
            throw new GuestSetupException($"{name} is a directory; name a file");
        if (path != StandardOutput && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            throw new GuestSetupException($"cannot write {name}: its folder does not exist");
        foreach ((string? other, string what) in others)
        {
            if (!string.IsNullOrEmpty(other) && FinalPath(other) == FinalPath(path))
                throw new GuestSetupException($"{name} is {what}; name another file");
        }
        try
        {
            return new OutputFile(name, path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetupException($"cannot write {name}: {failure.Message}", failure);
        }
    }

    /// <summary>Writes all of it; to be called once.</summary>
    /// <exception cref="GuestSetupException">It could not be written.</exception>
    public void Write(ReadOnlySpan<byte> contents)
    {
        try
        {
            _stream.Write(contents);
            _stream.Flush();
            _stream.Dispose();
            if (_unfinished is not null)
                File.Move(_unfinished, _path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetupException($"cannot write {_name}: {failure.Message}", failure);
        }
    }

    /// <summary>Writes all of it, as UTF-8; to be called once.</summary>
    /// <exception cref="GuestSetupException">It could not be written.</exception>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        if (_unfinished is not null)
            File.Delete(_unfinished);
    }

    // Where links lead: replacing a link would leave the file behind it as it was.
    private static string FinalPath(string path) =>
        path == StandardOutput ? path
        : File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target
            ? target.FullName
            : Path.GetFullPath(path);
}
