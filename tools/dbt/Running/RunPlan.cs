using Dbt.Hypervisor;
using Dbt.Runtime.Devices;
using Dbt.Tool.Lines;

namespace Dbt.Tool.Running;

/// <summary>A run as it was asked for: the machine, and what is wanted besides.</summary>
internal sealed record RunPlan
{
    /// <summary>The machine, with nobody at its console.</summary>
    public required MachineConfiguration Machine { get; init; }

    /// <summary>What the console prints when the guest listens to it; null when it listens from the start.</summary>
    public string? ReadyMark { get; init; }

    /// <summary>Where all frames of the network cards are written; null for nowhere.</summary>
    public string? CaptureFile { get; init; }

    /// <summary>Where the serial ports lead, from the first on; empty for the console to the terminal.</summary>
    public IReadOnlyList<LineTarget> Lines { get; init; } = [];

    /// <summary>The file behind the flash; null for none.</summary>
    public FlashFile? Flash { get; init; }

    /// <summary>Whether to print figures at the end.</summary>
    public bool Statistics { get; init; }

    /// <summary>The file that the figures are written to as JSON; null for none.</summary>
    public OutputFile? StatisticsFile { get; init; }

    /// <summary>The machine, ready to run, its flash kept in its file.</summary>
    public VirtualMachine Build()
    {
        VirtualMachine machine = new(Machine);
        if (Flash is { } file)
        {
            CfiFlash flash = machine.Board.Flash;
            flash.Changed += (offset, bytes) => file.Write(flash.Contents.Span, offset, bytes);
        }
        return machine;
    }

    /// <summary>
    /// The plan of a machine that goes on where one has reset itself: what is in flash, and the time, stay.
    /// </summary>
    public RunPlan After(VirtualMachine machine, RunResult reset) => this with
    {
        Machine = Machine with
        {
            Flash = machine.Board.Flash.Contents.ToArray(),
            TimeBefore = reset.GuestNanoseconds,
            InstructionLimit = Machine.InstructionLimit - reset.Instructions,
        },
    };
}
