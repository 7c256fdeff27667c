using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Dbt.Translator.Emission;
using Dbt.Translator.Patches;

namespace Dbt.Runtime.Persistence;

/// <summary>
/// What translations depend on beside the guest's code, which is compared word by word: the guest they are kept for,
/// the options that change what is emitted, the translator, .NET and the processor.
/// </summary>
/// <param name="guest">What the kernel is called.</param>
/// <param name="window">Where kseg0 is, and how much RAM is behind it.</param>
/// <param name="patches">What is patched in kernel mode; null for nothing.</param>
/// <param name="isBigEndian">Whether the guest's memory is big-endian.</param>
public sealed class ArchiveKey(string guest, LinearWindow window, IPatches? patches, bool isBigEndian = false)
{
    /// <summary>
    /// The group of instruction sets that the JIT uses where it is there, and crossgen2 has to be told of; empty for
    /// none.
    /// </summary>
    public static string InstructionSet { get; } = Avx2.IsSupported && Fma.IsSupported && Bmi2.IsSupported
        && Lzcnt.IsSupported ? "avx2" : "";

    /// <summary>Where kseg0 is, and how much RAM is behind it.</summary>
    public LinearWindow Window { get; } = window;

    /// <summary>What is patched in kernel mode; null for nothing.</summary>
    public IPatches? Patches { get; } = patches;

    /// <summary>Whether the guest's memory is big-endian.</summary>
    public bool IsBigEndian { get; } = isBigEndian;

    /// <summary>
    /// All of it as text, for comparing; in another build of dbt, on another .NET or another processor it differs.
    /// </summary>
    public string Text => field ??= Describe();

    /// <summary>What files of this guest's archives begin with, whatever else the key says.</summary>
    public string GuestPrefix { get; } = $"{Checksum.Of(Encoding.UTF8.GetBytes(guest)):x8}-";

    /// <summary>
    /// What files of this archive begin with: another key has another, but for chance, which comparing
    /// <see cref="Text"/> excludes.
    /// </summary>
    public string Prefix => $"{GuestPrefix}{Checksum.Of(Encoding.UTF8.GetBytes(Text)):x8}";

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">From where.</param>
    /// <param name="patchesOf">Makes patches of their bytes.</param>
    internal static ArchiveKey Read(BinaryReader reader, Func<byte[], IPatches?> patchesOf)
    {
        string guest = reader.ReadString();
        var window = new LinearWindow(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());
        bool isBigEndian = reader.ReadBoolean();
        byte[] patches = reader.ReadBytes(reader.ReadUInt16());
        return new ArchiveKey(guest, window, patches.Length == 0 ? null : patchesOf(patches), isBigEndian);
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(guest);
        writer.Write(Window.Start);
        writer.Write(Window.RamBytes);
        writer.Write(Window.Bytes);
        writer.Write(IsBigEndian);
        byte[] bytes = Patches?.ToBytes() ?? [];
        writer.Write((ushort)bytes.Length);
        writer.Write(bytes);
    }

    private string Describe()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        Write(writer);
        return $"{RuntimeInformation.RuntimeIdentifier} {InstructionSet} "
            + $"{typeof(object).Module.ModuleVersionId} {typeof(RegionCompiler).Module.ModuleVersionId} "
            + $"{typeof(ArchiveKey).Module.ModuleVersionId} "
            + $"{Patches?.GetType().Module.ModuleVersionId} {Convert.ToHexString(stream.ToArray())}";
    }
}
