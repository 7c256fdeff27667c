using System.Buffers.Binary;
using Dbt.Runtime.Loading;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Regions;

namespace Dbt.Perf.Stages;

/// <summary>The code of a ROM, all of it warm: what the translator's stages work on.</summary>
internal sealed class RomCode : IRegionSource
{
    private static readonly LinearWindow _kseg0 = new(0x8000_0000, RamBytes: 256 << 20, Bytes: 0x4000_0000);

    private readonly ElfSegment _segment;

    private RomCode(ElfSegment segment) => _segment = segment;

    /// <summary>
    /// The region at the beginning of SHA-256's work: its longest loop, with rotations, loads and stores.
    /// </summary>
    public static (RegionBuilder Builder, RomCode Code, uint Entry) Sha256()
    {
        ElfImage image = ElfImage.Parse(CommittedRom.Read("bench-sha256"), "bench-sha256");
        ElfSegment segment = image.Segments.First(segment => segment.IsExecutable);
        ulong entry = segment.VirtualAddress;
        while (image.FindSymbol(entry) is not { Name: "work" })
            entry += sizeof(uint);
        return (new RegionBuilder(), new RomCode(segment), (uint)entry);
    }

    /// <summary>What kernel code may take for granted.</summary>
    public static TranslationContext Context { get; } =
        new(BaseExpectation.Kseg0, FloatMode.Fast, Float64: false, _kseg0, Patches: null);

    /// <summary>Where generated code finds the guest.</summary>
    public static StateLayout Layout { get; } = GuestLayout.Create();

    /// <inheritdoc/>
    public bool TryRead(uint pc, out uint word)
    {
        ReadOnlySpan<byte> code = _segment.Contents.Span;
        uint offset = pc - (uint)_segment.VirtualAddress;
        word = offset < code.Length ? BinaryPrimitives.ReadUInt32LittleEndian(code[(int)offset..]) : 0;
        return offset < code.Length;
    }

    /// <inheritdoc/>
    public bool Includes(uint pc, bool isCallee) => true;

    /// <inheritdoc/>
    public bool IsMapped => false;

    /// <inheritdoc/>
    public IReadOnlyList<uint> LikelyTargets(uint behind) => [];

    /// <inheritdoc/>
    public IReadOnlyCollection<uint> ComputedTargets => [];

    /// <inheritdoc/>
    public bool IsPatched(uint pc) => false;
}
