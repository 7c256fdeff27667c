using Dbt.Tool.Guests;

namespace Dbt.Perf.Conformance;

/// <summary>
/// Python's own tests inside Debian: the modules that ask most of a processor and of a kernel, each in a process of its
/// own, and of each one line of what became of its tests. A round is a twelfth of them.
/// </summary>
internal static class PythonInside
{
    private const string Library = "usr/lib/python3.11/", Interpreter = "usr/bin/python3.11";

    // Of what no module of the selection wants anything.
    private static readonly string[] s_without =
    [
        "idlelib/", "lib2to3/", "tkinter/", "distutils/tests/", "unittest/test/", "ensurepip/", "pydoc_data/",
        "test/test_asyncio/", "test/test_email/", "test/test_importlib/", "test/test_tools/", "test/test_zoneinfo/",
        "test/test_peg_generator/", "test/test_import/", "test/audiodata/", "test/testtar.tar",
    ];

    // The last are those that take longest.
    private static readonly string[] s_modules =
    [
        "bool int int_literal float complex",
        "math cmath strtod fractions random struct array memoryview format hash heapq bisect colorsys",
        "signal threadsignals thread threading threading_local queue",
        "fork1 wait3 wait4 subprocess popen mmap fcntl ioctl pipes pty openpty",
        "poll epoll select selectors time sched timeout eintr resource socket",
        "posix os tempfile file fileio bufio io largefile",
        "zlib gzip bz2 lzma binascii base64 hashlib hmac crypt",
        "sqlite3 ctypes dbm contextlib",
        "unicode bytes re json pickle copy",
        "sort itertools set dict list generators exceptions gc weakref deque ordered_dict functools",
        "long statistics",
        "decimal datetime",
    ];

    /// <summary>How many rounds go through all.</summary>
    public static int Rounds => s_modules.Length;

    /// <summary>Debian with a round's modules, and the command that runs them.</summary>
    public static Guest Load(int round)
    {
        byte[] files = PackageSelection.Load(
            ["libpython3.11-testsuite"], path => IsOfPython(path) || PackageSelection.IsLibrary(path),
            ("python-tests.py", InsideFile.Content("python-tests.py")));
        string modules = s_modules[round % Rounds];
        return DebianRun.Load($"modules=\"{modules}\"\n{InsideFile.Text("python.sh")}", [], files);
    }

    private static bool IsOfPython(string path) =>
        path == Interpreter || path.StartsWith(Library, StringComparison.Ordinal)
            && !s_without.Any(part => path.AsSpan(Library.Length).StartsWith(part, StringComparison.Ordinal));
}
