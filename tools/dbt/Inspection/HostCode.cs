using System.Runtime.InteropServices;
using Iced.Intel;

namespace Dbt.Tool.Inspection;

/// <summary>The machine code of a compiled method, instruction by instruction.</summary>
internal static class HostCode
{
    // Nobody tells how long a compiled method is; none of ours comes near this.
    private const int MostBytes = 1 << 18;

    /// <summary>Whether this host's machine code can be read.</summary>
    public static bool CanBeRead => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    /// <summary>
    /// Its instructions, with addresses counted from <paramref name="start"/>, up to the first end of a path that no
    /// jump leads beyond.
    /// </summary>
    public static IEnumerable<Instruction> Read(nint start)
    {
        Decoder decoder = Decoder.Create(IntPtr.Size * 8, new NativeCode(start), ip: 0);
        ulong furthest = 0;
        while (decoder.IP < MostBytes)
        {
            Instruction instruction = decoder.Decode();
            yield return instruction;
            FlowControl flow = instruction.FlowControl;
            if (flow is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch
                && instruction.NearBranchTarget is var target and < MostBytes)
                furthest = Math.Max(furthest, target);
            bool endsPath = flow is FlowControl.Return or FlowControl.UnconditionalBranch or FlowControl.IndirectBranch
                or FlowControl.Interrupt;
            if (endsPath && decoder.IP > furthest || instruction.IsInvalid)
                break;
        }
    }

    /// <summary>Its length in bytes.</summary>
    public static int SizeOf(nint start) => Read(start).Sum(instruction => instruction.Length);

    private sealed class NativeCode(nint start) : CodeReader
    {
        private int _offset;

        public override int ReadByte() => _offset < MostBytes + 16 ? Marshal.ReadByte(start, _offset++) : -1;
    }
}
