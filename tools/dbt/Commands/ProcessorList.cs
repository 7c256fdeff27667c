using System.CommandLine;
using Dbt.Hypervisor.Privileged;
using Dbt.Tool.Options;
using Dbt.Tool.Terminal;
using Spectre.Console;

namespace Dbt.Tool.Commands;

/// <summary><c>--cpu help</c>: the processors that a machine can have.</summary>
internal static class ProcessorList
{
    /// <summary>Whether a command line asks for it, whatever else it says.</summary>
    public static bool IsAskedFor(ParseResult options) =>
        options.GetResult(MachineOptions.Cpu) is { Tokens: [{ Value: "help" }] };

    /// <summary>Prints it.</summary>
    /// <returns>The exit status.</returns>
    public static int Print()
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Processor", "What");
        foreach (ProcessorModel model in ProcessorModel.All)
            table.AddRow(model.Name, model.Description);
        Tables.Print(table);
        return 0;
    }
}
