using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;

namespace Dbt.Perf.Stages;

/// <summary>From instruction words to rows of the table; the time is that of one word.</summary>
public class Decoding
{
    /// <summary>So much of the teaching kernel is surely code.</summary>
    private const int Words = 2048;

    private readonly Decoder _decoder = new(InstructionTable<InterpreterProcessor<Word32, LittleEndian>, Word32>.Rows);
    private uint[] _words = [];

    [GlobalSetup]
    public void Load()
    {
        ElfImage kernel = ElfImage.Parse(CommittedRom.Read("kernel"), "kernel");
        _words = MemoryMarshal.Cast<byte, uint>(kernel.Segments[0].Contents.Span)[..Words].ToArray();
    }

    [Benchmark(OperationsPerInvoke = Words)]
    public int Find()
    {
        int sum = 0;
        foreach (uint word in _words)
            sum += _decoder.Find(word);
        return sum;
    }
}
