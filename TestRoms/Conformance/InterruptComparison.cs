using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.TestRoms.Instructions;

namespace Dbt.TestRoms.Conformance;

/// <summary>
/// Interrupts of the timer and of the processor's pins at chosen instructions. No outside oracle counts instructions as this machine does; what must come
/// of them is known all the same: from the program without interrupts, executed unit by unit, follows where each one comes, to the instruction.
/// </summary>
internal static class InterruptComparison
{
    private const uint Exl = 2, TimerLine = 0x8000, PinLines = 0x6800;

    // Nothing on the board drives these.
    private static readonly int[] s_pins = [3, 5, 6];

    private const int NanosecondsOfInstruction = 10, NanosecondsOfCount = 6;
    private const int MostNotes = 240;
    private const long Longest = 200_000;

    // A place between two units of the program without interrupts.
    private sealed record Boundary(uint Pc, long Retired, bool InHandler);

    private sealed record Trace(IReadOnlyList<Boundary> Boundaries, long Begun, long Lag, uint FirstCompare, uint[] End);

    /// <summary>The first differences.</summary>
    public static IReadOnlyList<string> Differences(int first, int count, int most = 5)
    {
        List<string> differences = [];
        for (int seed = first; seed < first + count; seed++)
        {
            InterruptProgram program = new(seed);
            Trace trace = Follow(program);
            foreach (Engine engine in Enum.GetValues<Engine>())
            {
                if (differences.Count < most && OfTimer(program, trace, engine) is { } late)
                    differences.Add($"program {seed}, {program.Order}-endian, {engine}, timer: {late}");
                if (differences.Count < most && OfPins(program, trace, engine, seed) is { } lost)
                    differences.Add($"program {seed}, {program.Order}-endian, {engine}, pins: {lost}");
            }
        }
        return differences;
    }

    private static Trace Follow(InterruptProgram program)
    {
        using VirtualMachine machine = program.Build(Engine.Interp, lines: 0);
        List<Boundary> boundaries = [];
        long begun = -1, lag = 0;
        uint compare = 0;
        while (machine.Cpu.Pc != program.Body.End)
        {
            machine.RunTo(machine.Cpu.Time.Retired + 1, CancellationToken.None);
            if (begun < 0 && machine.Cpu.Pc == program.Body.Start)
                (begun, lag, compare) = (machine.Cpu.Time.Retired, machine.Now - NanosecondsOfInstruction * machine.Cpu.Time.Retired, machine.Cpu.Context.Cop0[Cop0Register.Compare]);
            if (begun >= 0)
                boundaries.Add(new Boundary(machine.Cpu.Pc, machine.Cpu.Time.Retired, (machine.Cpu.Context.Cop0[Cop0Register.Status] & Exl) != 0));
            if (machine.Cpu.Time.Retired > Longest)
                throw new InvalidOperationException("the program does not end");
        }
        return new Trace(boundaries, begun, lag, compare, InterruptProgram.StateOf(machine));
    }

    private static string? OfTimer(InterruptProgram program, Trace trace, Engine engine)
    {
        using VirtualMachine machine = program.Build(engine, TimerLine);
        machine.RunTo(2 * Longest, CancellationToken.None);
        List<uint> expected = [];
        foreach (Boundary boundary in trace.Boundaries.SkipLast(1))
        {
            while (!boundary.InHandler && Now(boundary, expected.Count) >= NanosecondsOfCount * (trace.FirstCompare + (long)expected.Count * program.Period))
                expected.Add(boundary.Pc);
        }
        return DifferenceOf(machine, program, trace, expected, TimerLine);

        long Now(Boundary boundary, int before) => NanosecondsOfInstruction * (boundary.Retired + (long)before * InterruptProgram.HandlerLength) + trace.Lag;
    }

    private static string? OfPins(InterruptProgram program, Trace trace, Engine engine, int seed)
    {
        SeededRandom random = new($"pins {seed}");
        using VirtualMachine machine = program.Build(engine, PinLines);
        List<uint> expected = [];
        for (long at = trace.Begun + random.Below(200); ; at += 1 + random.Below(300))
        {
            machine.RunTo(at, CancellationToken.None);
            long own = machine.Cpu.Time.Retired - (long)expected.Count * InterruptProgram.HandlerLength;
            if (trace.Boundaries.SkipLast(1).FirstOrDefault(boundary => boundary.Retired == own) is not { } boundary || expected.Count == MostNotes)
                break;
            int pin = random.Pick(s_pins);
            machine.Cpu.Context.SetInterruptPin(pin, true);
            machine.RunTo(machine.Cpu.Time.Retired + 1, CancellationToken.None);
            machine.Cpu.Context.SetInterruptPin(pin, false);
            if (boundary.InHandler)
                continue;
            expected.Add(boundary.Pc);
            at += InterruptProgram.HandlerLength;
        }
        machine.RunTo(2 * Longest, CancellationToken.None);
        return DifferenceOf(machine, program, trace, expected, 0);
    }

    // Where they came, that they were what they should be, and that nothing else changed.
    private static string? DifferenceOf(VirtualMachine machine, InterruptProgram program, Trace trace, List<uint> expected, uint line)
    {
        if (machine.Cpu.Pc != program.Body.End && machine.Cpu.Pc != program.Body.End + 4)
            return Text($"the program is at {machine.Cpu.Pc:x8} and has not ended");
        uint count = InterruptProgram.Word(machine, InterruptProgram.Notes) / 8;
        for (int i = 0; i < Math.Min(MostNotes, Math.Max(expected.Count, (int)count)); i++)
        {
            uint noted = InterruptProgram.Word(machine, InterruptProgram.Notes + 0x10 + 8 * (uint)i), cause = InterruptProgram.Word(machine, InterruptProgram.Notes + 0x14 + 8 * (uint)i);
            if (i >= count || i >= expected.Count || noted != expected[i])
                return Text($"interrupt {i} came at {(i < count ? noted : 0):x8}, not at {(i < expected.Count ? expected[i] : 0):x8}; {count} came of {expected.Count}");
            if ((cause & 0x8000_007c) != 0 || (cause & line) != line)
                return Text($"interrupt {i} has Cause {cause:x8}");
        }
        uint[] end = InterruptProgram.StateOf(machine);
        int different = Enumerable.Range(0, end.Length).FirstOrDefault(i => end[i] != trace.End[i], -1);
        return different < 0 ? null : Text($"word {different} of what the program leaves is {end[different]:x8}, without interrupts {trace.End[different]:x8}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
