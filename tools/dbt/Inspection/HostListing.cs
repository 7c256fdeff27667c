using System.Runtime.InteropServices;
using Iced.Intel;

namespace Dbt.Tool.Inspection;

/// <summary>The machine code of a compiled method as text.</summary>
internal static class HostListing
{
    // Nobody tells how long a compiled method is; none of ours comes near this.
    private const int MostBytes = 1 << 18;

    /// <summary>Prints the code at <paramref name="start"/>, with addresses counted from there, up to the first end of a path that no jump leads beyond.</summary>
    /// <returns>Bytes and instructions.</returns>
    public static (int Bytes, int Instructions) Print(TextWriter output, nint start)
    {
        Decoder decoder = Decoder.Create(IntPtr.Size * 8, new NativeCode(start), ip: 0);
        IntelFormatter formatter = new();
        formatter.Options.HexPrefix = "0x";
        formatter.Options.HexSuffix = "";
        formatter.Options.SpaceAfterOperandSeparator = true;
        StringOutput text = new();
        ulong furthest = 0;
        int instructions = 0;
        while (decoder.IP < MostBytes)
        {
            decoder.Decode(out Instruction instruction);
            formatter.Format(instruction, text);
            output.WriteLine($"     {instruction.IP,5:x}  {text.ToStringAndReset()}");
            instructions++;
            FlowControl flow = instruction.FlowControl;
            if (flow is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch && instruction.NearBranchTarget is var target and < MostBytes)
                furthest = Math.Max(furthest, target);
            bool endsPath = flow is FlowControl.Return or FlowControl.UnconditionalBranch or FlowControl.IndirectBranch or FlowControl.Interrupt;
            if (endsPath && decoder.IP > furthest || instruction.IsInvalid)
                break;
        }
        return ((int)decoder.IP, instructions);
    }

    private sealed class NativeCode(nint start) : CodeReader
    {
        private int _offset;

        public override int ReadByte() => _offset < MostBytes + 16 ? Marshal.ReadByte(start, _offset++) : -1;
    }
}
