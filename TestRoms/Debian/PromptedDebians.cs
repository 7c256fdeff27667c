using System.Text;
using Dbt.Hypervisor;
using Dbt.TestRoms.State;
using Dbt.Tool.Guests;
using Dbt.Tool.Guests.Debian;
using Xunit;

namespace Dbt.TestRoms.Debian;

/// <summary>Three machines that each booted to the shell's prompt and did a little there, saved: several tests go on from it.</summary>
public sealed class PromptedDebians
{
    /// <summary>How many.</summary>
    public const int Machines = 3;

    private const long Most = 20_000_000_000, Step = 20_000_000;

    private readonly Lazy<byte[][]> _saved = new(() => [.. Enumerable.Range(0, Machines).Select(Boot)]);

    /// <summary>Their states.</summary>
    internal IReadOnlyList<byte[]> Saved => _saved.Value;

    /// <summary>What a machine is built from.</summary>
    internal static MachineConfiguration Configuration(int number)
    {
        Guest guest = DebianGuest.WithShell();
        return new MachineConfiguration
        {
            Kernel = guest.Kernel,
            KernelName = guest.KernelName,
            Initrd = guest.Initrd,
            // Machines that differ in nothing would share all there is.
            CommandLine = $"{guest.CommandLine} quiet number={number + 1}",
            MemoryBytes = 64 << 20,
        };
    }

    private static byte[] Boot(int number)
    {
        using VirtualMachine machine = new(Configuration(number));
        StringBuilder console = new();
        machine.SerialOutput += (port, value) => console.Append(port == 0 ? (char)value : '\0');
        RunUntil(machine, () => Said(DebianInitramfs.ReadyMark) && Said("\n~ # "));
        foreach (char key in $"hostname machine{number}; ls -l /bin > /tmp/list-{number}; echo done-{number}\n")
            machine.SendToSerial(0, (byte)key);
        RunUntil(machine, () => Said($"\ndone-{number}\r\n"));
        return SavedRun.Save(machine);

        bool Said(string text) => console.ToString().Contains(text, StringComparison.Ordinal);
    }

    private static void RunUntil(VirtualMachine machine, Func<bool> done)
    {
        while (!done())
        {
            Assert.True(machine.Cpu.Time.Retired < Most, "the machine does not get there");
            StopReason reason = machine.RunTo(machine.Cpu.Time.Retired + Step, CancellationToken.None);
            Assert.Equal(StopReason.InstructionLimit, reason);
        }
    }
}
