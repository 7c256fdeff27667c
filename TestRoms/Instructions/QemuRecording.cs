using Dbt.Runtime.Memory;
using Xunit;

namespace Dbt.TestRoms.Instructions;

/// <summary>Asks QEMU again, if it is here; with DBT_RECORD set in the environment, keeps what it says.</summary>
public sealed class QemuRecording
{
    [SkippableTheory]
    [InlineData(ByteOrder.Little)]
    [InlineData(ByteOrder.Big)]
    public void QEMU_answers_today_as_it_was_recorded(ByteOrder order)
    {
        string file = RecordedAnswers.FileOf(order);
        byte[] answers = RecordedAnswers.Group(CpuCases.All, QemuUser.Ask(order, RecordedAnswers.Input(CpuCases.All)));
        if (Environment.GetEnvironmentVariable("DBT_RECORD") is not null)
            File.WriteAllBytes(Path.Combine(QemuUser.Folder, file), RecordedAnswers.Compress(answers));
        else
            Assert.True(RecordedAnswers.Decompress(order).AsSpan().SequenceEqual(answers), $"the answers differ from those in TestRoms/oracle/cpu/{file}");
    }
}
