using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Dbt.Translator.Emission;

namespace Dbt.Runtime.Persistence;

/// <summary>
/// What translations depend on beside the guest's code, which is compared word by word: the guest they are kept for, the
/// options that change what is emitted, the translator, .NET and the processor.
/// </summary>
/// <param name="guest">What the kernel is called.</param>
/// <param name="window">Where kseg0 is, and how much RAM is behind it.</param>
/// <param name="patches">What is patched in kernel mode; null for nothing.</param>
public sealed class ArchiveKey(string guest, LinearWindow window, PatchTable? patches)
{
    /// <summary>The group of instruction sets that the JIT uses where it is there, and crossgen2 has to be told of; empty for none.</summary>
    public static string InstructionSet { get; } = Avx2.IsSupported && Fma.IsSupported && Bmi2.IsSupported && Lzcnt.IsSupported ? "avx2" : "";

    /// <summary>Where kseg0 is, and how much RAM is behind it.</summary>
    public LinearWindow Window { get; } = window;

    /// <summary>What is patched in kernel mode; null for nothing.</summary>
    public PatchTable? Patches { get; } = patches;

    /// <summary>All of it as text, for comparing; in another build of dbt, on another .NET or another processor it differs.</summary>
    public string Text => field ??= Describe();

    /// <summary>What files of this guest's archives begin with, whatever else the key says.</summary>
    public string GuestPrefix { get; } = $"{Checksum.Of(Encoding.UTF8.GetBytes(guest)):x8}-";

    /// <summary>What files of this archive begin with: another key has another, but for chance, which comparing <see cref="Text"/> excludes.</summary>
    public string Prefix => $"{GuestPrefix}{Checksum.Of(Encoding.UTF8.GetBytes(Text)):x8}";

    internal static ArchiveKey Read(BinaryReader reader)
    {
        string guest = reader.ReadString();
        var window = new LinearWindow(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());
        if (!reader.ReadBoolean())
            return new ArchiveKey(guest, window, null);
        bool sites = reader.ReadBoolean(), forms = reader.ReadBoolean();
        uint cacheOperations = reader.ReadUInt32();
        int enable = reader.ReadInt32(), pending = reader.ReadInt32();
        var loads = new HashSet<int>();
        for (int count = reader.ReadUInt16(); count > 0; count--)
            loads.Add(reader.ReadInt32());
        var stores = new Dictionary<int, (uint, uint)>();
        for (int count = reader.ReadUInt16(); count > 0; count--)
            stores[reader.ReadInt32()] = (reader.ReadUInt32(), reader.ReadUInt32());
        return new ArchiveKey(guest, window, new PatchTable { ReplacesSites = sites, ReplacesForms = forms, Loads = loads, Stores = stores, CacheOperations = cacheOperations, InterruptEnable = enable < 0 ? null : enable, InterruptPending = pending });
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(guest);
        writer.Write(Window.Start);
        writer.Write(Window.RamBytes);
        writer.Write(Window.Bytes);
        writer.Write(Patches is not null);
        if (Patches is null)
            return;
        writer.Write(Patches.ReplacesSites);
        writer.Write(Patches.ReplacesForms);
        writer.Write(Patches.CacheOperations);
        writer.Write(Patches.InterruptEnable ?? -1);
        writer.Write(Patches.InterruptPending);
        writer.Write((ushort)Patches.Loads.Count);
        foreach (int register in Patches.Loads.Order())
            writer.Write(register);
        writer.Write((ushort)Patches.Stores.Count);
        foreach ((int register, (uint writable, uint sensitive)) in Patches.Stores.OrderBy(store => store.Key))
        {
            writer.Write(register);
            writer.Write(writable);
            writer.Write(sensitive);
        }
    }

    private string Describe()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        Write(writer);
        return $"{RuntimeInformation.RuntimeIdentifier} {InstructionSet} "
            + $"{typeof(object).Module.ModuleVersionId} {typeof(RegionCompiler).Module.ModuleVersionId} {typeof(ArchiveKey).Module.ModuleVersionId} "
            + Convert.ToHexString(stream.ToArray());
    }
}
