using System.Diagnostics;
using Dbt.Tool.Comparison;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>Asks QEMU again, if it is here; with DBT_RECORD set in the environment, keeps what it says.</summary>
public sealed class QemuRecording
{
    /// <summary>Debian 12's; another may have other faults.</summary>
    private const string QemuVersion = "version 7.2.";

    private static readonly string s_directory = Path.Combine(Repository.Root, "TestRoms", "oracle", "cpu");

    [SkippableFact]
    public void QEMU_answers_today_as_it_was_recorded()
    {
        byte[] answers = RecordedAnswers.Group(CpuCases.All, Ask(RecordedAnswers.Input(CpuCases.All)));
        if (Environment.GetEnvironmentVariable("DBT_RECORD") is not null)
            File.WriteAllBytes(Path.Combine(s_directory, "answers.gz"), RecordedAnswers.Compress(answers));
        else
            Assert.True(RecordedAnswers.Decompress().AsSpan().SequenceEqual(answers), "the answers differ from those in TestRoms/oracle/cpu/answers.gz");
    }

    private static byte[] Ask(byte[] cases)
    {
        Skip.If(VersionOf.Program("mipsel-linux-gnu-gcc", "--version") is null, "needs gcc-mipsel-linux-gnu");
        string? version = VersionOf.Program("qemu-mipsel", "--version");
        Skip.IfNot(version?.Contains(QemuVersion, StringComparison.Ordinal) ?? false, $"needs qemu-mipsel, {QemuVersion}; found {version ?? "none"}");
        ProcessStartInfo start = new("sh", [Path.Combine(s_directory, "record.sh")]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        var feeding = Task.Run(() =>
        {
            using Stream input = process.StandardInput.BaseStream;
            input.Write(cases);
        });
        using MemoryStream answers = new();
        process.StandardOutput.BaseStream.CopyTo(answers);
        feeding.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return answers.ToArray();
    }
}
