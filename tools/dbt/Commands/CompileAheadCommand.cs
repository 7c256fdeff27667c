using System.CommandLine;
using System.Diagnostics;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Persistence;
using Dbt.Tool.Running;

namespace Dbt.Tool.Commands;

/// <summary><c>dbt compile-ahead</c>: what a run starts at its end, for the next run.</summary>
internal static class CompileAheadCommand
{
    private static readonly Argument<string> _pending = new("FILE");

    public static Command Create()
    {
        Command command = new(AheadCompilation.Command, "Compiles what a run translated.") { _pending };
        command.Hidden = true;
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        using Process self = Process.GetCurrentProcess();
        self.PriorityClass = ProcessPriorityClass.BelowNormal;
        return ArchiveStore.CompilePending(options.GetValue(_pending)!, PatchTable.Read) ? 0 : 1;
    }
}
