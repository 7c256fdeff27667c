using System.Text;
using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.TestRoms.Debian;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Xunit;

namespace Dbt.Perf.Conformance;

/// <summary>Debian with packages, files and a command, run to its end.</summary>
internal static class DebianRun
{
    // Beyond what any of the parts takes.
    private const long Limit = 2_000_000_000_000;

    /// <summary>The guest; skips where Debian's packages cannot be had.</summary>
    public static Guest Load(string command, IReadOnlyList<string> packages, byte[]? files = null)
    {
        try
        {
            UserSpace user = new() { Command = command, Packages = packages, Files = files };
            return new DebianSystem().Load(GuestCache.OfUser(), new ConsoleFetchProgress(), user);
        }
        catch (GuestSetupException failure)
        {
            throw new SkipException(failure.Message);
        }
    }

    /// <summary>Runs it under an engine.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="line">Sees each line of the command's output when it has been printed.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static GuestRun Run(Guest guest, Engine engine, CancellationToken stop, Action<string>? line = null)
    {
        using VirtualMachine machine =
            new(DebianGuest.Machine(guest) with { Engine = engine, InstructionLimit = Limit });
        StringBuilder text = new();
        machine.SerialOutput += (port, value) =>
        {
            if (port != 1 || line is null)
                return;
            if (value != '\n')
            {
                text.Append((char)value);
                return;
            }
            line(text.ToString().Trim());
            text.Clear();
        };
        GuestRun run = GuestRun.Of(machine, stop);
        stop.ThrowIfCancellationRequested();
        return run.End.Reason == StopReason.PoweredOff
            ? run
            : throw new InvalidOperationException($"the guest did not end: {run.End}; its console: {run.Console}");
    }
}
