using System.Reflection.Emit;
using BenchmarkDotNet.Attributes;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Regions;

namespace Dbt.Perf.Stages;

/// <summary>
/// From decoded code to a fragment, stage by stage; the time is that of one region of <see cref="RomCode.Sha256"/>.
/// </summary>
public class Translation
{
    /// <summary>So many methods wait for the JIT at a time: it cannot compile one twice.</summary>
    private const int Methods = 16;

    private readonly DynamicMethod[] _methods = new DynamicMethod[Methods];
    private RegionBuilder _builder = null!;
    private RomCode _code = null!;
    private Region _region = null!;
    private uint _entry;

    [GlobalSetup]
    public void Load()
    {
        (_builder, _code, _entry) = RomCode.Sha256();
        _region = _builder.Build(_entry, _code)!;
        Console.WriteLine(
            $"// the region has {_region.InstructionCount} instructions in {_region.Blocks.Count} blocks");
    }

    [IterationSetup(Target = nameof(Jit))]
    public void EmitAll()
    {
        for (int i = 0; i < Methods; i++)
            _methods[i] = EmitOne();
    }

    [Benchmark]
    public object? FormRegion() => _builder.Build(_entry, _code);

    [Benchmark]
    public object EmitIl() => EmitOne();

    [Benchmark(OperationsPerInvoke = Methods)]
    public nint Jit()
    {
        nint last = 0;
        foreach (DynamicMethod method in _methods)
            last = BackgroundCompiler.Prepare(method);
        return last;
    }

    private DynamicMethod EmitOne()
    {
        DynamicMethod method = new(
            "region", typeof(nint), [typeof(nint), typeof(nint)], typeof(Translation).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        RegionCompiler.Compile(_region, method.GetILGenerator(), RomCode.Layout, RomCode.Context);
        return method;
    }
}
