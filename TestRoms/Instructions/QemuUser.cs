using System.Diagnostics;
using Dbt.Runtime.Memory;
using Dbt.Tool.Comparison;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>Puts cases to the 24Kf of QEMU's user mode, by TestRoms/oracle/cpu; skips the test where there is none.</summary>
internal static class QemuUser
{
    /// <summary>Debian 12's; another may have other faults.</summary>
    private const string QemuVersion = "version 7.2.";

    /// <summary>Where the recorder is.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "TestRoms", "oracle", "cpu");

    /// <summary>What it does with each case.</summary>
    public static CpuAnswer[] Ask(ByteOrder order, IReadOnlyList<CpuCase> cases) =>
        RecordedAnswers.Read(Ask(order, RecordedAnswers.Input([new CpuCaseGroup("cases", cases)])), cases.Count);

    /// <summary>The recorder's output for its input.</summary>
    public static byte[] Ask(ByteOrder order, byte[] input)
    {
        string architecture = order == ByteOrder.Big ? "mips" : "mipsel";
        Skip.If(VersionOf.Program($"{architecture}-linux-gnu-gcc", "--version") is null, $"needs gcc-{architecture}-linux-gnu");
        string? version = VersionOf.Program($"qemu-{architecture}", "--version");
        Skip.IfNot(version?.Contains(QemuVersion, StringComparison.Ordinal) ?? false, $"needs qemu-{architecture}, {QemuVersion}; found {version ?? "none"}");
        ProcessStartInfo start = new("sh", [Path.Combine(Folder, "record.sh"), architecture]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        var feeding = Task.Run(() =>
        {
            using Stream stream = process.StandardInput.BaseStream;
            stream.Write(input);
        });
        using MemoryStream answers = new();
        process.StandardOutput.BaseStream.CopyTo(answers);
        feeding.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return answers.ToArray();
    }
}
