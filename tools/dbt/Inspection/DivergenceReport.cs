using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Lockstep;
using Dbt.Runtime.Translation;
using Dbt.Translator.Instructions;

namespace Dbt.Tool.Inspection;

/// <summary>Tells a person where two engines begin to differ.</summary>
internal static class DivergenceReport
{
    private const int LastUnits = 24;

    /// <summary>Prints all there is to know about <paramref name="divergence"/>.</summary>
    public static void Print(TextWriter output, Divergence divergence, LockstepPlan plan)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        output.WriteLine(string.Create(
            invariant,
            $"{NameOf(plan.Reference)} and {NameOf(plan.Subject)} agree after {divergence.Agreed:N0} instructions "
            + $"and differ when stopped at {divergence.Differs:N0}."));
        if (!divergence.IsNarrowed)
        {
            output.WriteLine(
                "Running both again did not show it again: these are the stops between which it was seen.");
        }
        if (divergence.Culprit is { } culprit)
        {
            output.WriteLine(string.Create(
                invariant, $"\nthe unit it comes from, after {culprit.Retired:N0} instructions:"));
            PrintUnit(output, culprit, culprit);
            output.WriteLine("\nwhat the reference executed before the stop:");
            foreach (TracedUnit unit in divergence.Trace.TakeLast(LastUnits))
                PrintUnit(output, unit, culprit);
        }
        PrintStates(output, divergence, plan);
        PrintMemory(output, divergence);
        foreach (Fragment fragment in divergence.Fragments)
        {
            output.WriteLine();
            FragmentReport.Print(output, fragment, divergence.Culprit?.Pc);
        }
    }

    private static void PrintUnit(TextWriter output, TracedUnit unit, TracedUnit culprit)
    {
        if (unit.Words.Count == 0)
            output.WriteLine($"     0x{unit.Pc:x8}  cannot be fetched");
        uint pc = unit.Pc;
        for (int i = 0; i < unit.Words.Count; i++)
        {
            output.WriteLine(
                $"  {(i == 0 && unit == culprit ? "->" : "  ")} {GuestListing.Line(pc, unit.Words[i])}");
            pc += (uint)InstructionSet.BytesOf(unit.Words[i], pc);
        }
    }

    /// <summary>Both states side by side; what differs is marked, what is nothing in both is left out.</summary>
    private static void PrintStates(TextWriter output, Divergence divergence, LockstepPlan plan)
    {
        MachineState left = divergence.Reference, right = divergence.Subject;
        HashSet<int> different = [.. left.DifferencesTo(right)];
        output.WriteLine($"\n    {"",-16}{NameOf(plan.Reference),18}{NameOf(plan.Subject),18}");
        for (int i = 0; i < left.Count; i++)
        {
            if (different.Contains(i))
                output.WriteLine($"  * {MachineState.NameOf(i),-16}{Value(left[i]),18}{Value(right[i]),18}");
            else if (left[i] is not (0 or uint.MaxValue))
                output.WriteLine($"    {MachineState.NameOf(i),-16}{Value(left[i]),18}");
        }
    }

    private static void PrintMemory(TextWriter output, Divergence divergence)
    {
        if (divergence.Memory.Count > 0)
            output.WriteLine("\nthe first words of memory that differ:");
        foreach (MemoryDifference word in divergence.Memory)
            output.WriteLine($"  * {$"0x{word.Offset:x8}",-16}{Value(word.Reference),18}{Value(word.Subject),18}");
    }

    private static string Value(ulong value) => value <= uint.MaxValue ? $"{value:x8}" : $"{value:x16}";

    private static string NameOf(Engine engine) => engine.ToString().ToLowerInvariant();
}
