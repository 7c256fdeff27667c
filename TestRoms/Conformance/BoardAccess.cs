using System.Globalization;
using Dbt.Runtime.Bus;

namespace Dbt.TestRoms.Conformance;

/// <summary>An access of a processor to a board: what it writes, or that it reads.</summary>
/// <param name="Address">Its physical address.</param>
/// <param name="Bytes">1, 2 or 4.</param>
/// <param name="Value">What is written; null for a read.</param>
internal readonly record struct BoardAccess(uint Address, int Bytes, uint? Value)
{
    /// <summary>Makes it; null for a write.</summary>
    public uint? Make(AddressSpace bus)
    {
        if (Value is not { } value)
            return bus.Read(Address, Bytes);
        bus.Write(Address, Bytes, value);
        return null;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(Value is null ? "read" : "write")}{Bytes} {Address:x8}{(Value is { } value ? $" {value:x}" : "")}");
}
