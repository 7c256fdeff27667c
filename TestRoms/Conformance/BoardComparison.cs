using System.Globalization;
using Dbt.Hypervisor;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Network;
using Dbt.TestRoms.Machines;
using Dbt.TestRoms.Network;

namespace Dbt.TestRoms.Conformance;

/// <summary>Accesses to the board, put to the Malta of QEMU and to ours: what is read is the same.</summary>
internal static class BoardComparison
{
    /// <summary>The first differences, made as small as they get.</summary>
    public static IReadOnlyList<string> Differences(ByteOrder order, int first, int count, int most = 5)
    {
        List<string> differences = [];
        for (int seed = first; seed < first + count && differences.Count < most; seed++)
        {
            IReadOnlyList<BoardAccess> program = BoardProgram.Of(seed, order);
            if (FirstDifference(order, program) is { } at)
                differences.Add(Shrunk(seed, order, [.. program.Take(at + 1)]));
        }
        return differences;
    }

    private static int? FirstDifference(ByteOrder order, IReadOnlyList<BoardAccess> program)
    {
        uint?[] expected = QemuBoard.Ask(order, program), actual = Ours(order, program);
        return Enumerable.Range(0, program.Count).Where(i => expected[i] != actual[i]).Cast<int?>().FirstOrDefault();
    }

    private static uint?[] Ours(ByteOrder order, IReadOnlyList<BoardAccess> program)
    {
        MachineConfiguration configuration = SmallGuest.Of(order, SmallGuest.Start, 0) with
        {
            Engine = Engine.Interp,
            Network = [new NetworkCard(CardModel.Pcnet, MacAddress.OfCard(0), () => new ScriptedNetwork())],
        };
        using VirtualMachine machine = new(configuration);
        return [.. program.Select(access => access.Make(machine.Board.PhysicalBus))];
    }

    // What comes before the last access, which is the read that differs, is left out as long as that one does.
    private static string Shrunk(int seed, ByteOrder order, List<BoardAccess> program)
    {
        for (int length = program.Count / 2; length > 0; length /= 2)
        {
            for (int at = 0; at + length < program.Count;)
            {
                BoardAccess[] without = [.. program[..at], .. program[(at + length)..]];
                if (FirstDifference(order, without) == without.Length - 1)
                    program = [.. without];
                else
                    at += length;
            }
        }
        uint? expected = QemuBoard.Ask(order, program)[^1], actual = Ours(order, program)[^1];
        return string.Create(
            CultureInfo.InvariantCulture, $"board program {seed}, {order}-endian: QEMU {expected:x}, here {actual:x} behind\n    {string.Join("\n    ", program)}");
    }
}
