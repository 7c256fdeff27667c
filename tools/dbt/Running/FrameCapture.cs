using Dbt.Hypervisor;
using Dbt.Runtime;
using Dbt.Tool.Network;

namespace Dbt.Tool.Running;

/// <summary>Writes the frames of a machine's network cards into a file as it runs.</summary>
internal static class FrameCapture
{
    /// <summary>Begins the file that a plan asks for; null if it asks for none.</summary>
    /// <exception cref="GuestSetupException">It cannot be written.</exception>
    public static PacketCapture? Begin(VirtualMachine machine, RunPlan plan)
    {
        if (plan.CaptureFile is not { } path)
            return null;
        PacketCapture capture = new(Create(path), plan.Machine.Network, plan.Machine.PowerOn);
        Follow(machine, capture);
        return capture;
    }

    /// <summary>Goes on with a machine that takes the place of another.</summary>
    public static void Follow(VirtualMachine machine, PacketCapture? capture)
    {
        if (capture is not null)
        {
            machine.NetworkFrame += (card, direction, frame) =>
                capture.Write(card, direction, machine.Now, machine.Cpu.Time.Retired, frame.Span);
        }
    }

    private static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GuestSetupException($"cannot write --pcap '{path}': {failure.Message}", failure);
        }
    }
}
