using System.Diagnostics;
using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Tool.Comparison;
using Dbt.Translator;
using Dbt.Translator.Emission;

namespace Dbt.Tool.Study;

/// <summary>Runs the same machine under every patch policy and puts side by side what that changes.</summary>
internal static class PatchStudy
{
    private static readonly PatchPolicy[] s_policies = Enum.GetValues<PatchPolicy>();

    /// <summary>Runs it.</summary>
    /// <param name="machine">The machine; its policy is set for each run.</param>
    /// <param name="command">What the guest runs, for the record.</param>
    /// <param name="runs">How often each policy is timed; the median counts.</param>
    /// <param name="note">Told what is being run.</param>
    /// <param name="stop">Ends the runs early.</param>
    public static StudyFigures Run(MachineConfiguration machine, string? command, int runs, Action<string> note, CancellationToken stop)
    {
        List<Account> accounts = [];
        foreach (PatchPolicy policy in s_policies)
        {
            note($"counting, --patch {NameOf(policy)}");
            accounts.Add(Account.Of(Under(machine, policy) with { TimeExits = true, CountSites = true, CountOverTime = true }, stop));
        }
        // Counting and timing every exit takes time itself: what the whole takes is measured without, in turn.
        List<double>[] seconds = [.. s_policies.Select(_ => new List<double>())];
        for (int run = 1; run <= runs; run++)
        {
            foreach (PatchPolicy policy in s_policies)
            {
                note($"timing, --patch {NameOf(policy)}, {run} of {runs}");
                seconds[(int)policy].Add(SecondsOf(Under(machine, policy), stop));
            }
        }
        return new StudyFigures(
            machine.KernelName, command,
            [.. s_policies.Select(policy => accounts[(int)policy].Figures(NameOf(policy), accounts[0], Median.Of(seconds[(int)policy])))],
            Sites(accounts));
    }

    /// <summary>A policy as the command line names it.</summary>
    public static string NameOf(PatchPolicy policy) => policy.ToString().ToLowerInvariant();

    // Without patches there are none in memory either.
    private static MachineConfiguration Under(MachineConfiguration machine, PatchPolicy policy) =>
        machine with { Patch = policy, PatchInMemory = machine.PatchInMemory && policy != PatchPolicy.None };

    private static double SecondsOf(MachineConfiguration configuration, CancellationToken stop)
    {
        using VirtualMachine machine = new(configuration);
        var watch = Stopwatch.StartNew();
        machine.Run(stop);
        return watch.Elapsed.TotalSeconds;
    }

    private static IReadOnlyList<SiteFigures> Sites(List<Account> accounts)
    {
        Dictionary<(uint Pc, uint Word), long>[] traps = [.. accounts.Select(account => account.Sites.ToDictionary(site => (site.Pc, site.Word), site => site.Traps))];
        ProcessorModel model = accounts[0].Model;
        PatchTable kvm = PatchTables.Of(PatchPolicy.Kvm, model)!, full = PatchTables.Of(PatchPolicy.Full, model)!;
        return [.. accounts[0].Sites.OrderByDescending(site => site.Traps).ThenBy(site => site.Pc).Select(site => new SiteFigures(
            $"0x{site.Pc:x8}",
            accounts[0].SymbolAt(site.Pc),
            Disassembler.Format(site.Word, site.Pc),
            Replacement.Of(kvm, PatchPolicy.Kvm, site),
            Replacement.Of(full, PatchPolicy.Full, site),
            site.Traps,
            [.. traps.Select(policy => policy.GetValueOrDefault((site.Pc, site.Word)))]))];
    }

    /// <summary>All that is kept of an accounted run.</summary>
    private sealed record Account(RunResult End, ExitAccount Exits, IReadOnlyList<TrapSite> Sites, int Patched, ProcessorModel Model, Func<uint, string?> SymbolAt, IReadOnlyList<string> Output)
    {
        public static Account Of(MachineConfiguration configuration, CancellationToken stop)
        {
            using VirtualMachine machine = new(configuration);
            StringBuilder[] ports = [new(), new(), new()];
            machine.SerialOutput += (port, value) => ports[port].Append((char)value);
            RunResult end = machine.Run(stop);
            string[] output = string.Concat(ports.Select(port => port.ToString())).Split('\n');
            return new Account(end, machine.Exits, [.. machine.Cpu.TrapSites!.All], machine.Cpu.SitesPatched, machine.Cpu.Model, machine.SymbolAt, output);
        }

        public PolicyFigures Figures(string policy, Account first, double seconds) => new(
            policy,
            End.Reason.ToString(),
            End.Instructions,
            Exits.OverTime!.InstructionsPerSlice,
            seconds,
            Patched,
            Exits.Instructions,
            Math.Max(0, first.Exits.Instructions - Exits.Instructions),
            Exits.All.Where(exit => ExitAccount.IsInstruction(exit.Counter)).Sum(exit => Exits.TimeOf(exit.Counter).TotalSeconds),
            [.. Exits.All.Where(exit => exit.Count > 0).OrderByDescending(exit => exit.Count).Select(exit => new ReasonFigures(
                ExitAccount.NameOf(exit.Counter), ExitAccount.KvmCounterOf(exit.Counter), ExitAccount.IsInstruction(exit.Counter),
                exit.Count, Exits.TimeOf(exit.Counter).TotalSeconds, Exits.CostsOf(exit.Counter).ToArray(), Exits.OverTime.Of(exit.Counter).ToArray()))],
            OutputDifference.Between(first.Output, Output)?.Describe(first == this ? policy : PatchStudy.NameOf(s_policies[0]), policy));
    }
}
