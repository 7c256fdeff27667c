using System.Diagnostics;
using Dbt.Runtime.Memory;
using Dbt.Tool.Comparison;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>Asks QEMU again, if it is here; with DBT_RECORD set in the environment, keeps what it says.</summary>
public sealed class QemuRecording
{
    /// <summary>Debian 12's; another may have other faults.</summary>
    private const string QemuVersion = "version 7.2.";

    private static readonly string s_directory = Path.Combine(Repository.Root, "TestRoms", "oracle", "cpu");

    [SkippableTheory]
    [InlineData(ByteOrder.Little, "mipsel")]
    [InlineData(ByteOrder.Big, "mips")]
    public void QEMU_answers_today_as_it_was_recorded(ByteOrder order, string architecture)
    {
        string file = RecordedAnswers.FileOf(order);
        byte[] answers = RecordedAnswers.Group(CpuCases.All, Ask(architecture, RecordedAnswers.Input(CpuCases.All)));
        if (Environment.GetEnvironmentVariable("DBT_RECORD") is not null)
            File.WriteAllBytes(Path.Combine(s_directory, file), RecordedAnswers.Compress(answers));
        else
            Assert.True(RecordedAnswers.Decompress(order).AsSpan().SequenceEqual(answers), $"the answers differ from those in TestRoms/oracle/cpu/{file}");
    }

    private static byte[] Ask(string architecture, byte[] cases)
    {
        Skip.If(VersionOf.Program($"{architecture}-linux-gnu-gcc", "--version") is null, $"needs gcc-{architecture}-linux-gnu");
        string? version = VersionOf.Program($"qemu-{architecture}", "--version");
        Skip.IfNot(version?.Contains(QemuVersion, StringComparison.Ordinal) ?? false, $"needs qemu-{architecture}, {QemuVersion}; found {version ?? "none"}");
        ProcessStartInfo start = new("sh", [Path.Combine(s_directory, "record.sh"), architecture]) { RedirectStandardInput = true, RedirectStandardOutput = true };
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
