using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A device's registers, declared as data. The bank finds the register, splits or joins accesses of another width,
/// applies write masks and write-one-to-clear bits, and calls the device for what is left: the side effects.
/// </summary>
/// <param name="name">What a trace calls the bank.</param>
/// <param name="bytes">Size of the block in bytes; offsets beyond it, and holes in it, belong to no register.</param>
/// <param name="hole">What each byte of a hole reads as.</param>
public sealed class RegisterBank(string name, int bytes, byte hole = 0) : IBusTarget, IHasState
{
    // One slot a byte: the register that covers it. An access is an array index, never a search.
    private readonly Register?[] _covering = new Register?[bytes];

    /// <summary>What a trace calls the bank.</summary>
    public string Name { get; } = name;

    /// <summary>Declares a register.</summary>
    /// <param name="offset">Offset of its low byte.</param>
    /// <param name="name">Its name in the data sheet.</param>
    /// <param name="width">Bytes: 1, 2 or 4.</param>
    /// <param name="reset">Its value after reset.</param>
    /// <param name="mask">The bits a write changes.</param>
    /// <param name="clearMask">The bits a written one clears.</param>
    /// <param name="read">Supplies the value read, in place of the stored one.</param>
    /// <param name="written">Called after a write has been stored, with the value stored.</param>
    /// <returns>The register, through which the device sees and changes its value.</returns>
    public Register Add(
        int offset, string name, int width = 1, uint reset = 0, uint mask = uint.MaxValue, uint clearMask = 0,
        Func<uint>? read = null, Action<uint>? written = null)
    {
        var register = new Register(offset, name, width, reset)
        {
            Mask = mask & ~clearMask,
            ClearMask = clearMask,
            Read = read,
            Written = written,
        };
        for (int i = offset; i < offset + width; i++)
            _covering[i] = register;
        return register;
    }

    /// <summary>The register that covers <paramref name="offset"/>, null in a hole.</summary>
    public Register? At(uint offset) => offset < (uint)_covering.Length ? _covering[offset] : null;

    /// <summary>Returns every register to its reset value, without calling the device.</summary>
    public void Reset()
    {
        foreach (Register? register in _covering)
            register?.Reset();
    }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        Register? register = At(offset);
        if (register is not null && register.Offset == offset && register.Width == bytes)
            return register.Load();
        uint value = 0;
        Register? last = null;
        uint loaded = 0;
        for (uint i = 0; i < bytes; i++)
        {
            register = At(offset + i);
            // A register that spans several of the bytes is read once: reading may have side effects.
            if (register is not null && register != last)
                loaded = register.Load();
            last = register;
            uint part = register is null ? hole : loaded >> (8 * (int)(offset + i - register.Offset)) & 0xff;
            value |= part << (8 * (int)i);
        }
        return value;
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        Register? register = At(offset);
        if (register is not null && register.Offset == offset && register.Width == bytes)
        {
            register.Store(value, uint.MaxValue);
            return;
        }
        for (uint i = 0; i < bytes;)
        {
            register = At(offset + i);
            if (register is null)
            {
                i++;
                continue;
            }
            uint covered = 0;
            uint lanes = 0;
            for (; i < bytes && At(offset + i) == register; i++)
            {
                int shift = 8 * (int)(offset + i - register.Offset);
                covered |= (value >> (8 * (int)i) & 0xff) << shift;
                lanes |= 0xffu << shift;
            }
            register.Store(covered, lanes);
        }
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        Register? last = null;
        foreach (Register? register in _covering)
        {
            if (register is not null && register != last)
                register.Value = walk.Value(register.Name, register.Value);
            last = register;
        }
    }
}
