using System.Diagnostics;
using System.Text;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime;
using Dbt.Runtime.Loading;
using Dbt.Tool.Comparison;
using Dbt.Tool.Offline;
using Dbt.Translator;
using Dbt.Translator.Instructions;

namespace Dbt.Tool.Study;

/// <summary>Runs the same machine under every patch policy and puts side by side what that changes.</summary>
internal static class PatchStudy
{
    /// <summary>What the column is called that no policy has.</summary>
    public const string Offline = "offline";

    private static readonly PatchPolicy[] s_policies = Enum.GetValues<PatchPolicy>();

    /// <summary>Runs it.</summary>
    /// <param name="machine">The machine; its policy is set for each run.</param>
    /// <param name="command">What the guest runs, for the record.</param>
    /// <param name="runs">How often each policy is timed; the median counts.</param>
    /// <param name="note">Told what is being run.</param>
    /// <param name="stop">Gives it up.</param>
    /// <exception cref="GuestSetupException">The machine cannot be run.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static StudyFigures Run(
        MachineConfiguration machine, string? command, int runs, Action<string> note, CancellationToken stop)
    {
        // What cannot be run has nothing to be counted.
        using (new VirtualMachine(machine))
        {
        }
        Column[] columns = [.. Columns(machine, note, stop)];
        List<Account> accounts = [];
        foreach (Column column in columns)
        {
            note($"counting, {TitleOf(column.Name)}");
            accounts.Add(Account.Of(
                column.Machine with { TimeExits = true, CountSites = true, CountOverTime = true },
                isNamed: accounts.Count == 0, stop));
        }
        // Counting and timing every exit takes time itself: what the whole takes is measured without.
        List<double>[] seconds = [.. columns.Select(_ => new List<double>())];
        for (int run = 1; run <= runs; run++)
        {
            note($"timing, {run} of {runs}");
            double[] taken = SecondsOf(columns, stop);
            for (int i = 0; i < columns.Length; i++)
                seconds[i].Add(taken[i]);
        }
        return new StudyFigures(
            machine.KernelName, command,
            [.. columns.Select(
                (column, i) => accounts[i].Figures(column, columns[0].Name, accounts[0], Median.Of(seconds[i])))],
            Sites(accounts),
            accounts[0].Model.Guest is null ? [] : NestedExit.Of(accounts[0].Exits, accounts[0].Output));
    }

    /// <summary>What a policy's column is called.</summary>
    public static string NameOf(PatchPolicy policy) => policy.ToString().ToLowerInvariant();

    /// <summary>How tables head a column.</summary>
    public static string TitleOf(string column) => column == Offline ? "patched offline" : $"--patch {column}";

    private static IEnumerable<Column> Columns(
        MachineConfiguration machine, Action<string> note, CancellationToken stop)
    {
        foreach (PatchPolicy policy in s_policies)
        {
            // Without patches there are none in memory either, and a guest context has none.
            bool patches = policy is PatchPolicy.Kvm or PatchPolicy.Full;
            MachineConfiguration one =
                machine with { Patch = policy, PatchInMemory = machine.PatchInMemory && patches };
            if (policy == PatchPolicy.Vz && RefusalInGuestContext(one) is { } refusal)
                note($"no column for {NameOf(policy)}: {refusal}");
            else
                yield return new Column(NameOf(policy), one, policy == PatchPolicy.Vz ? 0 : null);
        }
        if (TryPatch(machine, note, stop) is { } patch)
            yield return new Column(Offline, patch.In(machine), patch.Sites.Count);
    }

    private static string? RefusalInGuestContext(MachineConfiguration machine) =>
        machine.RefusalInGuestContext(ElfImage.Parse(machine.Kernel, machine.KernelName));

    private static OfflinePatch? TryPatch(MachineConfiguration machine, Action<string> note, CancellationToken stop)
    {
        try
        {
            note("patching the kernel offline");
            return OfflinePatch.Of(machine, note, stop);
        }
        catch (GuestSetupException refusal)
        {
            note($"no column for a kernel patched offline: {refusal.Message}");
            return null;
        }
    }

    /// <summary>
    /// How long each column's machine takes to run and to translate what it runs. All go on in turn, a slice each:
    /// whatever else the host does slows them down alike.
    /// </summary>
    private static double[] SecondsOf(Column[] columns, CancellationToken stop)
    {
        const long Slice = 10_000_000;
        List<VirtualMachine> machines = [];
        try
        {
            machines.AddRange(columns.Select(
                column => new VirtualMachine(column.Machine with { TranslateInBackground = false })));
            var watches = new Stopwatch[columns.Length];
            for (int i = 0; i < watches.Length; i++)
                watches[i] = new Stopwatch();
            List<int> running = [.. Enumerable.Range(0, columns.Length)];
            for (long limit = Slice; running.Count > 0; limit += Slice)
            {
                running.RemoveAll(
                    i => EndsBefore(
                        Math.Min(limit, columns[i].Machine.InstructionLimit ?? long.MaxValue), machines[i], watches[i],
                        stop));
            }
            return [.. watches.Select(watch => watch.Elapsed.TotalSeconds)];
        }
        finally
        {
            machines.ForEach(machine => machine.Dispose());
        }
    }

    private static bool EndsBefore(long limit, VirtualMachine machine, Stopwatch watch, CancellationToken stop)
    {
        watch.Start();
        StopReason reason = machine.RunTo(limit, stop);
        watch.Stop();
        stop.ThrowIfCancellationRequested();
        return reason != StopReason.InstructionLimit || limit == machine.Configuration.InstructionLimit;
    }

    private static IReadOnlyList<SiteFigures> Sites(List<Account> accounts)
    {
        Dictionary<(uint Pc, uint Word), long>[] traps =
            [.. accounts.Select(account => account.Sites.ToDictionary(KeyOf, site => site.Traps))];
        ProcessorModel model = accounts[0].Model;
        PatchTable kvm = PatchTables.Of(PatchPolicy.Kvm, model)!, full = PatchTables.Of(PatchPolicy.Full, model)!;
        return [.. accounts[0].Sites.OrderByDescending(site => site.Traps).ThenBy(site => site.Pc)
            .Select(site => new SiteFigures
        {
            Pc = $"0x{site.Pc:x8}",
            Symbol = accounts[0].Names.GetValueOrDefault(site.Pc),
            Before = Disassembler.Format(site.Word, site.Pc),
            Kvm = Replacement.Of(kvm, PatchPolicy.Kvm, site),
            Full = Replacement.Of(full, PatchPolicy.Full, site),
            Executions = site.Traps,
            Traps = [.. traps.Select(column => column.GetValueOrDefault(KeyOf(site)))],
        })];
    }

    private static (uint Pc, uint Word) KeyOf(TrapSite site) =>
        (site.Pc, ParavirtualForm.OriginalOf(new Instruction(site.Word)));

    /// <summary>A column of the table.</summary>
    /// <param name="Name">The policy, or <see cref="Offline"/>.</param>
    /// <param name="Machine">What is run.</param>
    /// <param name="Patched">How much is patched; null where that is seen when it has run.</param>
    private sealed record Column(string Name, MachineConfiguration Machine, int? Patched = null);

    /// <summary>All that is kept of an accounted run.</summary>
    private sealed record Account
    {
        public required RunResult End { get; init; }

        public required ExitAccount Exits { get; init; }

        public required IReadOnlyList<TrapSite> Sites { get; init; }

        public required int Patched { get; init; }

        public required ProcessorModel Model { get; init; }

        public required IReadOnlyDictionary<uint, string> Names { get; init; }

        public required IReadOnlyList<string> Output { get; init; }

        // Sites are named once for all columns: every machine has the same ones.
        public static Account Of(MachineConfiguration configuration, bool isNamed, CancellationToken stop)
        {
            using VirtualMachine machine = new(configuration);
            StringBuilder[] ports = [new(), new(), new()];
            machine.SerialOutput += (port, value) => ports[port].Append((char)value);
            RunResult end = machine.Run(stop);
            stop.ThrowIfCancellationRequested();
            string[] output = string.Concat(ports.Select(port => port.ToString())).Split('\n');
            // Programs have the same instructions at the same addresses, each in its own memory.
            TrapSite[] sites = [.. machine.Cpu.TrapSites!.All.GroupBy(KeyOf)
                .Select(same => same.First() with { Traps = same.Sum(site => site.Traps) })];
            return new Account
            {
                End = end,
                Exits = machine.Exits,
                Sites = sites,
                Patched = machine.Cpu.Patcher.Count,
                Model = machine.Cpu.Context.Model,
                Names = isNamed ? NamesOf(machine, [.. sites.Select(site => site.Pc).Distinct()]) : [],
                Output = output,
            };
        }

        // A stripped kernel says in its own memory what is where, and where it has moved itself to.
        private static Dictionary<uint, string> NamesOf(VirtualMachine machine, uint[] addresses)
        {
            const ulong MostOfKernel = 64 << 20;
            Dictionary<uint, string> names = NamesOf(addresses, machine.SymbolAt);
            return names.Count == 0
                && KernelSymbols.Find(
                    machine.Ram.Slice(0, (int)Math.Min(machine.Ram.Length, MostOfKernel)).ToArray(),
                    machine.Cpu.Context.Model.AddressMap.Kseg0, machine.Cpu.Context.Model.ByteOrder,
                    addresses) is { } own
                ? NamesOf(addresses, own.At)
                : names;
        }

        private static Dictionary<uint, string> NamesOf(uint[] addresses, Func<uint, string?> symbolAt)
        {
            Dictionary<uint, string> names = [];
            foreach (uint address in addresses)
            {
                if (symbolAt(address) is { } name)
                    names.Add(address, name);
            }
            return names;
        }

        public PolicyFigures Figures(Column column, string firstName, Account first, double seconds) => new()
        {
            Policy = column.Name,
            End = End.Reason.ToString(),
            Instructions = End.Instructions,
            InstructionsPerSlice = Exits.OverTime!.InstructionsPerSlice,
            Seconds = seconds,
            SitesPatched = column.Patched ?? Patched,
            Exits = Exits.Instructions,
            PatchedExecutions = Math.Max(0, first.Exits.Instructions - Exits.Instructions),
            ExitSeconds = Exits.All.Where(exit => ExitAccount.IsInstruction(exit.Counter))
                .Sum(exit => Exits.TimeOf(exit.Counter).TotalSeconds),
            Reasons = [.. Exits.All.Where(exit => exit.Count > 0).OrderByDescending(exit => exit.Count)
                .Select(exit => new ReasonFigures
            {
                Reason = ExitAccount.NameOf(exit.Counter),
                KvmCounter = Exits.KvmCounterOf(exit.Counter),
                IsInstruction = ExitAccount.IsInstruction(exit.Counter),
                Count = exit.Count,
                Seconds = Exits.TimeOf(exit.Counter).TotalSeconds,
                Costs = Exits.CostsOf(exit.Counter).ToArray(),
                OverTime = Exits.OverTime.Of(exit.Counter).ToArray(),
            })],
            OutputDifference = OutputDifference.Between(first.Output, Output)?.Describe(firstName, column.Name),
        };
    }
}
