using Dbt.Tool.Guests;
using Xunit;

namespace Dbt.Perf.Conformance;

/// <summary>
/// Programs compiled by Debian's cross compiler at one level, and what they do under qemu-mipsel. Both are kept in
/// dbt's cache: a second run goes on where the first was.
/// </summary>
/// <param name="name">The folder's name, and a level's.</param>
/// <param name="options">The compiler's options.</param>
/// <param name="stop">Ends compiling and asking.</param>
internal sealed class CompiledPrograms(string name, IReadOnlyList<string> options, CancellationToken stop)
{
    private const string Compiler = "mipsel-linux-gnu-gcc", Emulator = "qemu-mipsel";
    private const string SystemRoot = "/usr/mipsel-linux-gnu", Silent = "-";

    // Instructions cost 10 ns of the guest's time: what ends within this second of a host's core ends in those.
    private const int SecondsOfEmulator = 1, SecondsInGuest = 100;

    /// <summary>Levels and what the compiler calls them.</summary>
    public static IReadOnlyList<(string Name, string[] Options)> Levels { get; } =
        [("O0", ["-O0"]), ("O2", ["-O2"]), ("O3", ["-O3"]), ("mips16", ["-O2", "-mips16"])];

    private readonly string _folder = Of(name);

    /// <summary>What its folder is called.</summary>
    public string Name => name;

    /// <summary>A folder for what the parts keep.</summary>
    public static string Of(string name)
    {
        string folder = GuestCache.OfUser().PathOf("conformance", name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Skips with one line where something is missing.</summary>
    public static void Require(params IEnumerable<(string Program, string Package)> others)
    {
        (string Program, string Package)[] all =
            [(Compiler, "gcc-mipsel-linux-gnu"), (Emulator, "qemu-user"), .. others];
        string[] missing =
            [.. all.Where(needed => !HostProgram.Exists(needed.Program)).Select(needed => needed.Package)];
        Skip.If(missing.Length > 0, $"needs Debian's {string.Join(", ", missing)}");
    }

    /// <summary>Compiles what is not there yet; what does not compile is there as an empty file.</summary>
    /// <param name="programs">The programs' names, and how their sources come about: their paths.</param>
    /// <param name="more">Further options of the compiler.</param>
    /// <returns>The names of those that compiled.</returns>
    public IReadOnlyList<string> Compile(
        IReadOnlyList<(string Name, Func<string?> Source)> programs, params IReadOnlyList<string> more)
    {
        var atATime = new ParallelOptions
        {
            CancellationToken = stop,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        };
        Parallel.ForEach(programs, atATime, program =>
        {
            string path = Path.Combine(_folder, program.Name), unfinished = path + ".new";
            if (File.Exists(path))
                return;
            string[] all = ["-w", .. options, "-march=24kf1_1", .. more, "-o", unfinished];
            bool compiles = program.Source() is { } source
                && HostProgram.Run(_folder, Compiler, [.. all, source, "-lm"], stop).Status == 0;
            if (!compiles)
                File.WriteAllBytes(unfinished, []);
            File.Move(unfinished, path, overwrite: true);
        });
        return
        [
            .. programs.Select(program => program.Name)
                .Where(program => new FileInfo(Path.Combine(_folder, program)).Length > 0),
        ];
    }

    /// <summary>
    /// What programs do under qemu-mipsel: status and sum of the output. Those that do not end are not in it.
    /// </summary>
    public Dictionary<string, string> Expected(IReadOnlyCollection<string> names)
    {
        string kept = $"{_folder}.answers";
        Dictionary<string, string> answers = File.Exists(kept) ? Answers(File.ReadAllText(kept)) : [];
        foreach (string[] some in names.Where(program => !answers.ContainsKey(program)).Chunk(50))
        {
            string run = $"timeout 600 {Emulator} -cpu 24Kf -L {SystemRoot}";
            string script = $"ulimit -c 0 -t {SecondsOfEmulator}; o=$(mktemp); "
                + $"for p in {string.Join(' ', some)}; do {Line(run, "$o")}; done; rm -f $o";
            string output = HostProgram.Run(_folder, "bash", ["-c", script], stop).Output;
            File.AppendAllText(kept, output);
            foreach ((string program, string answer) in Answers(output))
                answers[program] = answer;
        }
        return answers.Where(answer => names.Contains(answer.Key) && Ended(answer.Value)).ToDictionary();
    }

    /// <summary>What the same programs do in the guest: a command that runs them, and the files it needs.</summary>
    public (string Command, byte[] Files) InGuest(IEnumerable<string> names)
    {
        CpioArchive archive = new();
        archive.AddDirectory("t");
        foreach (string program in names)
            archive.AddProgram($"t/{program}", File.ReadAllBytes(Path.Combine(_folder, program)));
        string run = $"timeout {SecondsInGuest}";
        return ($"cd /t; for p in *; do {Line(run, "/tmp/output")}; done", archive.ToArray());
    }

    /// <summary>Reads what the loops print.</summary>
    public static Dictionary<string, string> Answers(string output)
    {
        Dictionary<string, string> answers = [];
        foreach (string line in output.Split('\n'))
        {
            if (line.Trim().Split(' ') is [var program, var status, { Length: 32 } or Silent] and [.., var sum])
                answers[program] = $"{status} {sum}";
        }
        return answers;
    }

    // By timeout, SIGKILL or SIGXCPU otherwise.
    private static bool Ended(string answer) => answer.Split(' ')[0] is not ("124" or "137" or "152" or "158");

    private static string Line(string runner, string output) =>
        $"{runner} ./$p > {output} 2>/dev/null </dev/null; s=$?; "
        + $"if [ -s {output} ]; then echo \"$p $s $(md5sum < {output} | cut -c1-32)\"; "
        + $"else echo \"$p $s {Silent}\"; fi";
}
