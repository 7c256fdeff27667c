using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Dbt.Runtime.Persistence;

/// <summary>
/// The translations of earlier runs, by the guest address they begin at. Used on the guest's thread only.
/// </summary>
public sealed class TranslationLibrary
{
    private const int FirstMethod = 0x0600_0001;

    private readonly ModuleHandle _module;
    private readonly nint[] _code;
    private readonly Dictionary<uint, List<int>> _byEntry = [];

    private TranslationLibrary(ModuleHandle module, IReadOnlyList<SavedRegion> regions)
    {
        (_module, Regions, _code) = (module, regions, new nint[regions.Count]);
        for (int i = 0; i < regions.Count; i++)
        {
            if (!_byEntry.TryGetValue(regions[i].Region.Entry, out List<int>? list))
                _byEntry[regions[i].Region.Entry] = list = [];
            list.Add(i);
        }
        foreach (List<int> list in _byEntry.Values)
            list.Sort((a, b) => regions[b].Region.InstructionCount.CompareTo(regions[a].Region.InstructionCount));
    }

    /// <summary>What was saved.</summary>
    public IReadOnlyList<SavedRegion> Regions { get; }

    /// <summary>The library that an archive describes; null if its image is not what it says.</summary>
    public static TranslationLibrary? Load(Archive archive, string folder)
    {
        if (archive.Image.Length == 0 || Path.GetFileName(archive.Image) != archive.Image)
            return null;
        string path = Path.Combine(folder, archive.Image);
        try
        {
            if (WholeFile.TryRead(path) is not { } image || Checksum.Of(image) != archive.ImageChecksum)
                return null;
            Assembly assembly = new AssemblyLoadContext("translations").LoadFromAssemblyPath(Path.GetFullPath(path));
            return new TranslationLibrary(assembly.ManifestModule.ModuleHandle, archive.Regions);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException
            or BadImageFormatException)
        {
            return null;
        }
    }

    /// <summary>Whether there is anything that begins at an address.</summary>
    public bool Knows(uint pc) => _byEntry.ContainsKey(pc);

    /// <summary>The numbers of the regions that begin at an address, the widest first.</summary>
    public IReadOnlyList<int> Find(uint pc) => _byEntry.TryGetValue(pc, out List<int>? list) ? list : [];

    /// <summary>
    /// The function pointer of a region's code. It is good as long as the process lives: an image is never unloaded.
    /// </summary>
    public nint CodeOf(int region)
    {
        if (_code[region] == 0)
        {
            RuntimeMethodHandle method = _module.GetRuntimeMethodHandleFromMetadataToken(FirstMethod + region);
            RuntimeHelpers.PrepareMethod(method);
            _code[region] = method.GetFunctionPointer();
        }
        return _code[region];
    }
}
