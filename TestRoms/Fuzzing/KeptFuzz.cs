using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Persistence;
using Dbt.TestRoms.Instructions;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.TestRoms.Fuzzing;

/// <summary>
/// Folders of kept translations to which something has happened: what a disk or an interrupted write does to files, files that are none, files of another's
/// name. The run is what it is without any.
/// </summary>
internal sealed class KeptFuzz : IDisposable
{
    private const string Rom = "kernel";

    private readonly string _good = Directory.CreateTempSubdirectory("dbt-fuzz-").FullName, _folder = Directory.CreateTempSubdirectory("dbt-fuzz-").FullName;
    private readonly GuestRun _expected;

    private KeptFuzz()
    {
        Skip.If(AheadCompiler.Crossgen is null, "needs the crossgen2 package of this runtime");
        _expected = GuestRun.Of(Guest(null));
        using VirtualMachine machine = new(Guest(_good));
        GuestRun.Of(machine);
        string pending = machine.Cpu.Engine.Translations!.Save()!;
        byte[] left = File.ReadAllBytes(pending);
        Assert.True(ArchiveStore.CompilePending(pending, PatchTable.Read));
        File.WriteAllBytes(pending, left);
    }

    /// <summary>The first findings; skips where nothing can be compiled ahead.</summary>
    public static IReadOnlyList<string> Findings(int first, int count)
    {
        using KeptFuzz fuzz = new();
        List<string> findings = [];
        for (int seed = first; seed < first + count && findings.Count < Attempt.MostFindings; seed++)
        {
            SeededRandom random = new($"kept {seed}");
            if (Attempt.Fault($"kept {seed}", () => fuzz.Run(random), mayBeRefused: false) is { } finding)
                findings.Add(finding);
        }
        return findings;
    }

    public void Dispose()
    {
        Directory.Delete(_good, recursive: true);
        Directory.Delete(_folder, recursive: true);
    }

    private void Run(SeededRandom random)
    {
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string file in Directory.GetFiles(_good))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        for (int changes = 1 + random.Below(2); changes > 0; changes--)
            Change(random);
        if (Directory.GetFiles(_folder, "*.pending") is [var pending])
            ArchiveStore.CompilePending(pending, PatchTable.Read);
        GuestRun run = GuestRun.Of(Guest(_folder));
        if (run != _expected)
            throw new InvalidOperationException($"the run ended otherwise: {run.End}, not {_expected.End}");
    }

    private void Change(SeededRandom random)
    {
        string[] files = [.. Directory.GetFiles(_folder).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            return;
        string file = random.Pick(files), other = random.Pick(files);
        byte[] bytes = IsPlain(file) ? File.ReadAllBytes(file) : [];
        File.Delete(file);
        switch (random.Below(10))
        {
            case 0:
                Directory.CreateDirectory(file);
                break;
            case 1:
                File.CreateSymbolicLink(file, random.Pick(["/dev/zero", "/dev/null", "/nonexistent", Path.GetFileName(file), "/"]));
                break;
            case 2:
                break;
            case 3 when other != file && IsPlain(other):
                File.Copy(other, file);
                break;
            case 4:
                File.WriteAllBytes(file, bytes[..random.Below(bytes.Length + 1)]);
                break;
            case 5:
                File.WriteAllBytes(file, [.. bytes, .. bytes]);
                break;
            case 6:
                File.WriteAllBytes(file, new byte[bytes.Length]);
                break;
            default:
                for (int i = random.Below(4); i >= 0 && bytes.Length > 0; i--)
                    bytes[random.Below(random.Below(2) == 0 ? Math.Min(64, bytes.Length) : bytes.Length)] ^= (byte)(1 + random.Below(255));
                File.WriteAllBytes(file, bytes);
                break;
        }
    }

    // An earlier change may have left a link that leads nowhere.
    private static bool IsPlain(string file) => new FileInfo(file) is { Exists: true, LinkTarget: null };

    private static MachineConfiguration Guest(string? folder) => new()
    {
        Kernel = EmbeddedRoms.Load(Rom)!.Kernel,
        KernelName = Rom,
        CommandLine = "exec=demo",
        MemoryBytes = 16 << 20,
        JitThreshold = 200,
        TranslateInBackground = false,
        TranslationFolder = folder,
    };
}
