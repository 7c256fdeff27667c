using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dbt.Translator.Emission;

namespace Dbt.Runtime.Translation;

/// <summary>
/// Compiles regions on a thread of its own, while the guest goes on; or at once, so that runs repeat exactly.
/// </summary>
public sealed unsafe class BackgroundCompiler : IDisposable
{
    private static readonly MethodInfo s_getDescriptor =
        typeof(DynamicMethod).GetMethod("GetMethodDescriptor", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new PlatformNotSupportedException("this .NET does not tell a DynamicMethod's function pointer");

    private readonly StateLayout _layout;
    private readonly TranslationStatistics _statistics;
    private readonly List<RegionRequest> _requests = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _requested = new(0);
    private readonly ConcurrentQueue<Fragment> _finished = new();
    private readonly HeldFragments? _held;
    private readonly Thread? _thread;
    private volatile bool _anyFinished;
    private volatile bool _isDisposed;

    /// <summary>Starts the thread, if there is to be one.</summary>
    /// <param name="layout">Where generated code finds the guest.</param>
    /// <param name="statistics">Where it keeps its times for emission and JIT, and its errors.</param>
    /// <param name="inBackground">Whether the guest goes on while a region is compiled.</param>
    /// <param name="lateness">How late it is handed out; null for as soon as it is compiled.</param>
    public BackgroundCompiler(
        StateLayout layout, TranslationStatistics statistics, bool inBackground, Lateness? lateness = null)
    {
        (_layout, _statistics) = (layout, statistics);
        if (lateness is { } late)
            _held = new HeldFragments(late);
        if (!inBackground)
            return;
        _thread = new Thread(CompileAll) { IsBackground = true, Name = "translator" };
        _thread.Start();
    }

    /// <summary>Whether <see cref="TryTake"/> has something.</summary>
    public bool AnyFinished => _anyFinished;

    /// <summary>Hands in a region.</summary>
    public void Request(RegionRequest request)
    {
        if (_thread is null)
        {
            Finish(request);
            return;
        }
        lock (_lock)
            _requests.Add(request);
        _requested.Release();
    }

    /// <summary>Takes what was compiled.</summary>
    /// <param name="retired">How many instructions the guest has retired.</param>
    /// <param name="fragment">The fragment.</param>
    public bool TryTake(long retired, [MaybeNullWhen(false)] out Fragment fragment)
    {
        _anyFinished = false;
        if (_held is null)
            return _finished.TryDequeue(out fragment);
        while (_finished.TryDequeue(out fragment))
            _held.Hold(fragment, retired);
        bool isTaken = _held.TryRelease(retired, out fragment);
        _anyFinished = _held.Any;
        return isTaken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _requested.Release();
        _thread?.Join();
        _requested.Dispose();
        while (TryTake(long.MaxValue, out Fragment? left))
            left.Free();
    }

    /// <summary>Compiles a method. Its function pointer is good for as long as the caller keeps the method.</summary>
    public static nint Prepare(DynamicMethod method)
    {
        var handle = (RuntimeMethodHandle)s_getDescriptor.Invoke(method, null)!;
        RuntimeHelpers.PrepareMethod(handle);
        // Read before it is prepared, the pointer would be a stub's.
        nint code = handle.GetFunctionPointer();
        GC.KeepAlive(method);
        return code;
    }

    private void CompileAll()
    {
        while (true)
        {
            _requested.Wait();
            if (_isDisposed)
                return;
            Finish(TakeHottest());
        }
    }

    // Read while the guest's thread counts on: any recent value will do.
    private static int HeatOf(RegionRequest request) => Volatile.Read(ref *(int*)request.Heat);

    private RegionRequest TakeHottest()
    {
        lock (_lock)
        {
            int hottest = 0;
            for (int i = 1; i < _requests.Count; i++)
            {
                if (HeatOf(_requests[i]) > HeatOf(_requests[hottest]))
                    hottest = i;
            }
            RegionRequest request = _requests[hottest];
            _requests.RemoveAt(hottest);
            return request;
        }
    }

    // A region that the emitter or the JIT will not have is left to threaded code: slower, and as right. It is an error
    // of ours all the same, which figures show and tests fail on.
    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types",
        Justification = "whatever it is, the guest can go on without this fragment")]
    private void Finish(RegionRequest request)
    {
        try
        {
            _finished.Enqueue(Compile(request));
            _anyFinished = true;
        }
        catch (Exception failure)
        {
            _statistics.Refuse(request.Key.Pc, failure);
        }
    }

    private Fragment Compile(RegionRequest request)
    {
        Type[] parameters = [typeof(nint), typeof(nint)];
        var method = new DynamicMethod(
            request.Name, typeof(nint), parameters, typeof(BackgroundCompiler).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        long start = Stopwatch.GetTimestamp();
        RegionLinks links =
            RegionCompiler.Compile(request.Region, method.GetILGenerator(), _layout, request.Context);
        long emitted = Stopwatch.GetTimestamp();
        nint code = Prepare(method);
        _statistics.Emission += Stopwatch.GetElapsedTime(start, emitted);
        _statistics.Jit += Stopwatch.GetElapsedTime(emitted);
        return new Fragment
        {
            Key = request.Key,
            Method = method,
            Code = code,
            Links = (nint)NativeMemory.AllocZeroed((nuint)links.Count, LinkLayout.Bytes),
            LinkCount = links.Count,
            Pages = request.Pages,
            Frames = request.Frames,
            Region = request.Region,
            Context = request.Context,
            Replaces = request.Replaces,
        };
    }
}
