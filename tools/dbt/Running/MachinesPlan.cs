namespace Dbt.Tool.Running;

/// <summary>All that <c>dbt machines</c> was told.</summary>
/// <param name="Machines">The machines, by name, and their shares.</param>
/// <param name="Console">The place in that list of the machine that gets the input.</param>
/// <param name="Commands">Whether init runs a command, whose output and status are wanted, in place of a shell.</param>
/// <param name="Share">Whether equal pages are shared.</param>
/// <param name="Statistics">Whether to print figures at the end.</param>
internal sealed record MachinesPlan(IReadOnlyList<(string Name, RunPlan Plan, int Shares)> Machines, int Console, bool Commands, bool Share, bool Statistics);
