namespace Dbt.Runtime.Devices;

/// <summary>One register of a <see cref="RegisterBank"/>.</summary>
public sealed class Register
{
    private readonly uint _reset;
    private readonly uint _all;
    private readonly uint _mask;
    private readonly uint _clearMask;

    internal Register(int offset, string name, int width, uint reset)
    {
        _all = uint.MaxValue >> (32 - 8 * width);
        (Offset, Name, Width) = ((uint)offset, name, width);
        Value = _reset = reset;
    }

    /// <summary>The bits a write changes.</summary>
    internal uint Mask { init => _mask = value & _all; }

    /// <summary>The bits a written one clears.</summary>
    internal uint ClearMask { init => _clearMask = value & _all; }

    /// <summary>Supplies the value read, in place of the stored one.</summary>
    internal Func<uint>? Read { private get; init; }

    /// <summary>Called after a write has been stored, with the value stored.</summary>
    internal Action<uint>? Written { private get; init; }

    /// <summary>Its name in the data sheet.</summary>
    public string Name { get; }

    /// <summary>Offset of its low byte in the bank.</summary>
    public uint Offset { get; }

    /// <summary>Bytes: 1, 2 or 4.</summary>
    public int Width { get; }

    /// <summary>The stored value. Setting it is the device's own doing: no mask applies and nobody is called.</summary>
    public uint Value { get; set; }

    /// <summary>Whether every bit of <paramref name="bits"/> is set.</summary>
    public bool Has(uint bits) => (Value & bits) == bits;

    /// <summary>Sets or clears <paramref name="bits"/>.</summary>
    public void Set(uint bits, bool on = true) => Value = on ? Value | bits : Value & ~bits;

    internal void Reset() => Value = _reset;

    internal uint Load() => Read is null ? Value : Read();

    // lanes: the bits that take part in the access; the rest of the register is as if it had not been written.
    internal void Store(uint written, uint lanes)
    {
        uint mask = _mask & lanes;
        Value = (Value & ~mask | written & mask) & ~(written & lanes & _clearMask);
        Written?.Invoke(Value);
    }
}
