using Dbt.Runtime.Loading;
using Dbt.Runtime.Memory;
using Dbt.Tool.Guests;
using Dbt.Tool.Running;
using Dbt.Tool.Terminal;

namespace Dbt.Tool.Options;

/// <summary>The options about the board's flash.</summary>
internal static class FlashOptions
{
    /// <summary>All of them.</summary>
    public static readonly OptionGroup Group = new("Flash");

    /// <summary><c>--pflash</c>.</summary>
    public static readonly DeclaredOption<string?> Flash = new(
        Group, "--pflash", "FILE",
        "Keep what the board's flash holds in this file of 4 MB. Without a guest, the processor starts there.")
    {
        SetsRun = (plan, path) => path is null ? plan : Attach(plan, path),
    };

    private static RunPlan Attach(RunPlan plan, string path)
    {
        ByteOrder order = ElfImage.Parse(plan.Machine.Kernel, plan.Machine.KernelName).ByteOrder;
        FlashFile file = FlashFile.Open(path, contents => FirmwareImage.IsTurned(contents, order));
        if (file.IsReadOnly)
            Message.Say($"{Flash.Name} '{path}' is read-only: the guest cannot change its flash");
        return plan with
        {
            Flash = file,
            Machine = plan.Machine with { Flash = file.Contents, ProtectsFlash = file.IsReadOnly },
        };
    }
}
