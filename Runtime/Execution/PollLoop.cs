using Dbt.Runtime.Time;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>
/// Finds loops that do nothing but wait for a device, and skips over as many of their iterations as cannot differ. An
/// iteration that stores nothing, and ends with the registers it began with, repeats itself until a device answers
/// otherwise or an event is due; both are at known instruction counts, so that the guest cannot tell.
/// </summary>
/// <param name="state">The guest's registers.</param>
/// <param name="time">Which instruction a time falls on.</param>
public sealed unsafe class PollLoop(GuestState* state, InstructionClock time)
{
    private const int Repetitions = 16;
    private const int LongestIteration = 64;
    private const int GeneralRegisters = 32;
    private const InstructionFlags Forbidden = InstructionFlags.Sensitive | InstructionFlags.Float;

    private readonly ulong[] _registers = new ulong[GeneralRegisters + 2];
    private ulong _pc;
    private int _repeated;
    private int _elsewhere;
    private long _steadyUntil;
    private int _loads;
    private int _stores;

    /// <summary>How many device reads there were: tells the engine that the last unit made one.</summary>
    public uint Reads { get; private set; }

    /// <summary>Instructions retired since power-on.</summary>
    public long Retired => time.Retired;

    /// <summary>Instructions retired by skipping.</summary>
    public long Skipped { get; private set; }

    /// <summary>So many instructions were skipped, so many loads from and stores to devices among them.</summary>
    public event Action<long, long, long>? AccessesSkipped;

    /// <summary>A device was read.</summary>
    /// <param name="steadyUntil">Until when another read gives the same and changes nothing, in nanoseconds.</param>
    public void NoteRead(long steadyUntil)
    {
        Reads++;
        _loads++;
        _steadyUntil = Math.Min(_steadyUntil, steadyUntil);
    }

    /// <summary>A device was written.</summary>
    /// <param name="steadyUntil">Until when writing the same again does nothing, in nanoseconds.</param>
    public void NoteWrite(long steadyUntil)
    {
        _stores++;
        _steadyUntil = Math.Min(_steadyUntil, steadyUntil);
    }

    /// <summary>Whether what a device promises is of interest now: an iteration is being watched.</summary>
    public bool Watching { get; private set; }

    /// <summary>
    /// Called behind a unit that has read a device: once the same unit has left the same registers again and again,
    /// watches one iteration and skips those that must equal it.
    /// </summary>
    /// <returns>How the last unit of the iteration left.</returns>
    internal ExitReason Look(Interpreter interpreter)
    {
        if (state->Pc != _pc)
        {
            // A loop may read several devices; the first that is seen stands for it until it is not seen any more.
            if (++_elsewhere < LongestIteration)
                return ExitReason.None;
            Remember();
            return ExitReason.None;
        }
        _elsewhere = 0;
        if (!IsAsRemembered())
        {
            Remember();
            return ExitReason.None;
        }
        if (++_repeated < Repetitions)
            return ExitReason.None;
        _repeated = 0;
        return Watch(interpreter);
    }

    private ExitReason Watch(Interpreter interpreter)
    {
        (Watching, _steadyUntil, _loads, _stores) = (true, long.MaxValue, 0, 0);
        long before = time.Retired;
        ExitReason reason = ExitReason.None;
        for (int unit = 0; unit < LongestIteration && reason == ExitReason.None && state->Budget > 0; unit++)
        {
            Block* block = interpreter.Find(state->Pc);
            if (block == null || !IsHarmless(block, out int stores))
                break;
            stores += _stores;
            reason = interpreter.Step();
            // A store that no device has seen changed memory.
            if (reason != ExitReason.None || _stores != stores)
                break;
            if (state->Pc != _pc || !IsAsRemembered())
                continue;
            Skip(time.Retired - before);
            break;
        }
        Watching = false;
        return reason;
    }

    private void Skip(long length)
    {
        long iterations = time.InstructionsBefore(_steadyUntil) / length;
        if (iterations <= 0)
            return;
        state->Budget -= iterations * length;
        Skipped += iterations * length;
        AccessesSkipped?.Invoke(iterations * length, iterations * _loads, iterations * _stores);
    }

    /// <summary>
    /// Whether the unit a block begins with leaves everything but general registers, and perhaps memory, alone.
    /// </summary>
    private static bool IsHarmless(Block* block, out int stores)
    {
        stores = 0;
        int unit = block->First->HasSlot ? 2 : 1;
        // A delay slot on the next page is not looked at.
        if (block->First + unit > block->End)
            return false;
        for (int i = 0; i < unit; i++)
        {
            InstructionRow row = InstructionSet.RowAt(block->First[i].Row);
            if (row.Has(Forbidden))
                return false;
            if (row.Has(InstructionFlags.Store))
                stores++;
        }
        return true;
    }

    private void Remember()
    {
        for (int register = 0; register < GeneralRegisters; register++)
            _registers[register] = state->Gpr[register];
        (_registers[GeneralRegisters], _registers[GeneralRegisters + 1]) = (state->Hi, state->Lo);
        (_pc, _repeated, _elsewhere) = (state->Pc, 0, 0);
    }

    private bool IsAsRemembered()
    {
        for (int register = 0; register < GeneralRegisters; register++)
        {
            if (_registers[register] != state->Gpr[register])
                return false;
        }
        return _registers[GeneralRegisters] == state->Hi && _registers[GeneralRegisters + 1] == state->Lo;
    }
}
