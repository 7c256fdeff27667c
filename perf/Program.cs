using System.CommandLine;
using Dbt.Perf.Comparison;
using Dbt.Perf.Conformance;
using Dbt.Perf.Stages;

RootCommand root = new(
    "Measures dbt: against QEMU and the host, and its own stages; and asks whether it is right of whoever knows.")
{
    CompareCommand.Create(),
    ConformanceCommand.Create(),
    IoCommand.Create(),
    Mips16Command.Create(),
    StagesCommand.Create(),
};
return root.Parse(args).Invoke();
