using Dbt.Hypervisor;
using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Privileged;

namespace Dbt.Tool.Running;

/// <summary>
/// Finds out whether a guest goes round for ever: whether it comes back to a place with the registers that it had
/// there, without an interrupt or an exception on the way.
/// </summary>
/// <param name="machine">The machine.</param>
/// <param name="streak">Knows of its exceptions.</param>
internal sealed class LoopWatch(VirtualMachine machine, ExceptionStreak streak)
{
    private const int Registers = 32, Hi = 32, Lo = 33, Pc = 34;

    // A loop that does not come round in so many looks is none, or not seen where it does.
    private const int MostLooks = 1000;

    private readonly ulong[] _held = new ulong[Pc + 1];
    private readonly ulong[] _holds = new ulong[Pc + 1];
    private long _disturbances = -1, _devicesBefore, _looks, _keep = 1;
    private int _since;

    /// <summary>Whether it has come round, and not been seen elsewhere since.</summary>
    public bool IsLoop { get; private set; }

    /// <summary>Whether it looks at a device on its way.</summary>
    public bool ReadsDevice => machine.Exits[ExitCounter.MmioLoad] != _devicesBefore;

    /// <summary>Looks at the guest, wherever it is.</summary>
    /// <returns>Whether it is back at a place.</returns>
    public bool Look()
    {
        Read(_holds);
        if (Disturbances() is var disturbances && disturbances != _disturbances)
        {
            _disturbances = disturbances;
            _keep = 1;
            Remember();
            return false;
        }
        if (_holds.AsSpan().SequenceEqual(_held))
        {
            _since = 0;
            return IsLoop = true;
        }
        // Brent: what is remembered is a place of the loop sooner or later, and long enough for any loop.
        if (IsLoop ? ++_since == MostLooks : ++_looks == _keep)
        {
            _keep *= 2;
            Remember();
        }
        return false;
    }

    private void Remember()
    {
        _holds.CopyTo(_held, 0);
        _devicesBefore = machine.Exits[ExitCounter.MmioLoad];
        (_looks, _since, IsLoop) = (0, 0, false);
    }

    private unsafe void Read(ulong[] into)
    {
        for (int register = 0; register < Registers; register++)
            into[register] = machine.Cpu.State->Gpr[register];
        (into[Hi], into[Lo], into[Pc]) = (machine.Cpu.State->Hi, machine.Cpu.State->Lo, machine.Cpu.State->Pc);
    }

    // What a handler does, a loop may wait for.
    private long Disturbances() => streak.Taken + machine.Exits[ExitCounter.Eret];
}
