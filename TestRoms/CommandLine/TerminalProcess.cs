using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>dbt on a terminal of its own, which script(1) makes.</summary>
internal sealed class TerminalProcess : IDisposable
{
    private const string Script = "/usr/bin/script";
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    private readonly Process _script;
    private readonly StringBuilder _said = new();

    /// <summary>Starts it; skips the test where there are no such terminals.</summary>
    /// <param name="arguments">What dbt is told.</param>
    /// <param name="then">What the shell does that started it, when it has ended.</param>
    public TerminalProcess(string arguments, string then)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists(Script), "needs Linux and script(1)");
        string command = $"dotnet '{typeof(Tool.CommandLine).Assembly.Location}' {arguments}; {then}";
        _script = Process.Start(new ProcessStartInfo(Script, ["-qec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["SHELL"] = "/bin/sh" },
        })!;
        Thread reader = new(Read) { IsBackground = true };
        reader.Start();
        WaitUntil(() => FindChild(_script.Id) is { } shell && FindChild(shell) is not null);
        Id = FindChild(FindChild(_script.Id)!.Value)!.Value;
        Device = File.ResolveLinkTarget($"/proc/{Id}/fd/0", returnFinalTarget: false)!.FullName;
    }

    /// <summary>Its process.</summary>
    public int Id { get; }

    /// <summary>Its terminal.</summary>
    public string Device { get; }

    /// <summary>Whether every key is a byte.</summary>
    public bool IsRaw => Stty("-a").Contains("-icanon", StringComparison.Ordinal);

    /// <summary>Whether it is stopped.</summary>
    public bool IsStopped =>
        File.ReadAllText($"/proc/{Id}/stat").Split(") ")[1].StartsWith('T');

    /// <summary>Waits until the terminal has shown a text.</summary>
    public void WaitFor(string text) => WaitUntil(() => Said.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until something holds.</summary>
    public void WaitUntil(Func<bool> holds)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < s_longest, $"it does not come to that; the terminal shows: {Said}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Presses keys.</summary>
    public void Press(string keys)
    {
        _script.StandardInput.Write(keys);
        _script.StandardInput.Flush();
    }

    /// <summary>Sends it a signal.</summary>
    public void Send(string signal) => Process.Start("kill", [$"-{signal}", $"{Id}"]).WaitForExit();

    /// <summary>Looks at the terminal's settings, or changes them, as another program.</summary>
    public string Stty(string what)
    {
        using Process stty = Process.Start(
            new ProcessStartInfo("stty", ["-F", Device, what]) { RedirectStandardOutput = true })!;
        return stty.StandardOutput.ReadToEnd();
    }

    public void Dispose()
    {
        _script.Kill(entireProcessTree: true);
        _script.Dispose();
    }

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    private void Read()
    {
        char[] piece = new char[1024];
        for (int count; (count = _script.StandardOutput.Read(piece)) > 0;)
        {
            lock (_said)
                _said.Append(piece, 0, count);
        }
    }

    private static int? FindChild(int parent)
    {
        string children = File.ReadAllText($"/proc/{parent}/task/{parent}/children");
        return children.Length == 0 ? null : int.Parse(children.Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
