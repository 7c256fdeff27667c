using System.CommandLine;
using BenchmarkDotNet.Running;

namespace Dbt.Perf.Stages;

/// <summary><c>perf bench</c>: BenchmarkDotNet on the translator's and the interpreter's own stages.</summary>
internal static class StagesCommand
{
    /// <summary>Creates it.</summary>
    public static Command Create()
    {
        Command command = new(
            "bench", "Measures single stages with BenchmarkDotNet; arguments are its own, such as '--filter *' or '--job short'.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(options =>
        {
            BenchmarkSwitcher.FromAssembly(typeof(StagesCommand).Assembly).Run([.. options.UnmatchedTokens]);
        });
        return command;
    }
}
