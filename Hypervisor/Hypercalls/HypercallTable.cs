
namespace Dbt.Hypervisor.Hypercalls;

/// <summary>
/// Every hypercall. 6 to 8 have the numbers that Linux reserves for them (uapi/linux/kvm_para.h, "MIPS"); ours begin at
/// 0x1000. docs/hypercalls.md is for guests.
/// </summary>
public static class HypercallTable
{
    private const int ConsolePort = 0;
    private const uint LongestText = 65536;

    /// <summary>The table.</summary>
    public static IReadOnlyList<Hypercall> All { get; } =
    [
        new(6, "clock frequency", (machine, _) => machine.Cpu.Context.Model.CountFrequency),
        new(7, "exit", (machine, _) => Exit(machine)),
        new(8, "console output", (machine, arguments) => Print(machine, arguments.A0, arguments.A1, arguments.A2)),
        new(0x1000, "give pages", (machine, arguments) => Balloon.Give(machine, arguments.A0, arguments.A1)),
        new(0x1001, "take pages back", (machine, arguments) => Balloon.TakeBack(machine, arguments.A0, arguments.A1)),
    ];

    private static readonly Dictionary<uint, Hypercall> s_byNumber = All.ToDictionary(hypercall => hypercall.Number);

    /// <summary>Carries out a hypercall, whatever a guest may ask.</summary>
    /// <returns>What v0 is to hold.</returns>
    public static int Answer(VirtualMachine machine, uint number, HypercallArguments arguments) =>
        s_byNumber.TryGetValue(number, out Hypercall? hypercall)
            ? hypercall.Perform(machine, arguments)
            : HypercallError.Unknown;

    private static int Exit(VirtualMachine machine)
    {
        machine.PowerOff();
        return 0;
    }

    // The answer is the number of bytes, as with any write.
    private static int Print(VirtualMachine machine, uint console, uint text, uint length)
    {
        if (console != 0 || length > LongestText)
            return HypercallError.BadArgument;
        byte[] bytes = new byte[length];
        if (!machine.Cpu.Memory.Virtual.TryCopy(text, bytes))
            return HypercallError.BadAddress;
        foreach (byte value in bytes)
            machine.Transmit(ConsolePort, value);
        return bytes.Length;
    }
}
