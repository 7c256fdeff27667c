using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// An 8237 DMA controller (Intel 231466) on which no device ever asks: it remembers what it is told.
/// </summary>
public sealed class Dma8237 : IHasState
{
    private const int Channels = 4;

    private readonly ushort[] _words = new ushort[2 * Channels];
    private readonly RegisterBank _registers;
    private readonly Register _mask;
    private bool _high;

    /// <summary>Creates a controller.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="spacing">Bytes from one register to the next: 1 for the master of the PC, 2 for the other.</param>
    public Dma8237(string name, uint spacing)
    {
        _registers = new RegisterBank(name, 16);
        for (int i = 0; i < _words.Length; i++)
        {
            int word = i;
            string kind = (i & 1) == 0 ? "ADDRESS" : "COUNT";
            _registers.Add(i, kind + i / 2, read: () => ReadByte(word), written: value => WriteByte(word, value));
        }
        _registers.Add(0x8, "STATUS/COMMAND", read: () => 0);
        _registers.Add(0x9, "REQUEST");
        _registers.Add(0xa, "SINGLE MASK", written: MaskOne);
        _registers.Add(0xb, "MODE");
        _registers.Add(0xc, "CLEAR FLIP-FLOP", read: () => 0, written: _ => _high = false);
        _registers.Add(0xd, "MASTER CLEAR", read: () => 0, written: _ => Clear());
        _registers.Add(0xe, "CLEAR MASK", written: _ => _mask!.Value = 0);
        _mask = _registers.Add(0xf, "ALL MASK", reset: 0x0f, mask: 0x0f);
        Ports = spacing == 1 ? _registers : new SpacedRegisters(_registers, spacing);
    }

    /// <summary>The controller's ports.</summary>
    public IBusTarget Ports { get; }

    /// <summary>The page registers, ports 0x80 to 0x8f: address bits 23 to 16 of each channel, plain memory.</summary>
    public static RegisterBank PageRegisters()
    {
        var pages = new RegisterBank("dma-page", 16);
        for (int i = 0; i < 16; i++)
            pages.Add(i, "PAGE" + i);
        return pages;
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Array<ushort>("words", _words);
        walk.Value("flip-flop", ref _high);
    }

    private uint ReadByte(int word)
    {
        uint value = (uint)(_high ? _words[word] >> 8 : _words[word] & 0xff);
        _high = !_high;
        return value;
    }

    private void WriteByte(int word, uint value)
    {
        uint old = _words[word];
        _words[word] = (ushort)(_high ? old & 0xff | value << 8 : old & 0xff00 | value);
        _high = !_high;
    }

    private void MaskOne(uint value) => _mask.Set(1u << (int)(value & 3), (value & 4) != 0);

    private void Clear()
    {
        _high = false;
        _mask.Value = 0x0f;
    }
}
