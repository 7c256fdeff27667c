using Iced.Intel;

namespace Dbt.Tool.Inspection;

/// <summary>The machine code of a compiled method as text.</summary>
internal static class HostListing
{
    /// <summary>Prints the code at <paramref name="start"/>, with addresses counted from there.</summary>
    /// <returns>Bytes and instructions.</returns>
    public static (int Bytes, int Instructions) Print(TextWriter output, nint start)
    {
        IntelFormatter formatter = new();
        formatter.Options.HexPrefix = "0x";
        formatter.Options.HexSuffix = "";
        formatter.Options.SpaceAfterOperandSeparator = true;
        StringOutput text = new();
        int bytes = 0, instructions = 0;
        foreach (Instruction instruction in HostCode.Read(start))
        {
            formatter.Format(instruction, text);
            output.WriteLine($"     {instruction.IP,5:x}  {text.ToStringAndReset()}");
            bytes += instruction.Length;
            instructions++;
        }
        return (bytes, instructions);
    }
}
