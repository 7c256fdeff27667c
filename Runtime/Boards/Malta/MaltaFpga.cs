using Dbt.Runtime.Bus;
using Dbt.Runtime.Devices;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Boards.Malta;

/// <summary>
/// The Malta board's FPGA on the CBUS (Malta User's Manual, chapter 5): switches, LEDs, the eight-character display,
/// soft reset. Registers are 8 bytes apart; what is not there reads 0.
/// </summary>
public sealed class MaltaFpga : IBusTarget, IHasState
{
    private const uint SoftReset = 0x42;
    private const int DisplayWidth = 8;

    private readonly char[] _display = new string(' ', DisplayWidth).ToCharArray();
    private readonly RegisterBank _registers = new("malta-fpga", 0x1000);
    private readonly Register _leds;
    private readonly ByteOrder _order;

    /// <summary>Creates the FPGA.</summary>
    /// <param name="reset">Resets the board.</param>
    /// <param name="order">The byte order switch, S5-2.</param>
    public MaltaFpga(Action reset, ByteOrder order)
    {
        _order = order;
        _registers.Add(0x200, "SWITCH", 4, mask: 0);
        _registers.Add(0x208, "STATUS", 4, reset: order == ByteOrder.Big ? 0x12u : 0x10, mask: 0);
        _registers.Add(0x210, "JMPRS", 4, mask: 0);
        _leds = _registers.Add(0x408, "LEDBAR", 4, mask: 0xff);
        _registers.Add(0x410, "ASCIIWORD", 4, read: () => 0, written: ShowWord);
        for (int i = 0; i < DisplayWidth; i++)
        {
            int position = i;
            _registers.Add(
                0x418 + 8 * i, "ASCIIPOS" + i, 4, read: () => 0,
                written: value => _display[position] = (char)(value & 0xff));
        }
        _registers.Add(0x500, "SOFTRES", 4, read: () => 0, written: value =>
        {
            if (value == SoftReset)
                reset();
        });
        _registers.Add(0x508, "BRKRES", 4, reset: 0x0a, mask: 0xff);
        _registers.Add(0xa00, "GPOUT", 4, mask: 0xff);
        _registers.Add(0xa08, "GPINP", 4, mask: 0);
        // The I2C pins: nobody drives them but the guest, so the data pin reads as it was left.
        Register i2cOut = null!;
        _registers.Add(0xb00, "I2CINP", 4, mask: 0, read: () => i2cOut.Value & 3);
        _registers.Add(0xb08, "I2COE", 4, mask: 3);
        i2cOut = _registers.Add(0xb10, "I2COUT", 4, reset: 3, mask: 3);
        _registers.Add(0xb18, "I2CSEL", 4, reset: 1, mask: 1);
    }

    /// <summary>What the display shows: eight characters.</summary>
    public string Display => new(_display);

    /// <summary>The LED bar, bit 0 the first.</summary>
    public byte Leds => (byte)_leds.Value;

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => _registers.Read(Lane(offset, bytes), bytes);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) => _registers.Write(Lane(offset, bytes), bytes, value);

    // It is wired word by word: a register's low-order byte is at its last address for a big-endian processor.
    private uint Lane(uint offset, int bytes) =>
        _order == ByteOrder.Big ? offset ^ (uint)(sizeof(uint) - bytes) : offset;

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Array<char>("display", _display);
    }

    private void ShowWord(uint value) => value.TryFormat(_display, out _, "X8");
}
