using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A serial EEPROM of 64 words with a Microwire interface (93C46): while it is selected, a start bit, two of an
/// operation and six of an address go in, one with each rising edge of the clock; a word, and those behind it, come
/// out.
/// </summary>
/// <param name="words">What it holds.</param>
public sealed class MicrowireEeprom(ushort[] words) : IHasState
{
    /// <summary>How many words it holds.</summary>
    public const int Words = 64;

    private const int CommandBits = 9;
    private const uint ReadOperation = 6, AddressMask = Words - 1;

    private bool _selected, _clock, _reads;
    private int _bits;
    private uint _command;

    /// <summary>What it puts out: high while it has nothing to say.</summary>
    public bool Output { get; private set; } = true;

    /// <summary>One of its words.</summary>
    public ushort this[int word] => words[word & (int)AddressMask];

    /// <summary>Drives its three inputs.</summary>
    public void Drive(bool selected, bool clock, bool input)
    {
        if (!selected || !_selected)
            (_bits, _command, _reads, Output) = (0, 0, false, true);
        bool rises = selected && _selected && clock && !_clock;
        (_selected, _clock) = (selected, clock);
        if (rises)
            Clock(input);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Value("selected", ref _selected);
        walk.Value("clock", ref _clock);
        walk.Value("reads", ref _reads);
        walk.Value("bits", ref _bits);
        walk.Value("command", ref _command);
        Output = walk.Value("output", Output);
    }

    private void Clock(bool input)
    {
        if (_reads)
        {
            Output = (this[(int)(_command & AddressMask) + _bits / 16] >> 15 - _bits % 16 & 1) != 0;
            _bits = (_bits + 1) % (16 * Words);
            return;
        }
        // What comes before the start bit is not counted.
        if (_bits == 0 && !input)
            return;
        _command = _command << 1 | (input ? 1u : 0);
        if (++_bits < CommandBits)
            return;
        (_reads, _bits) = (_command >> 6 == ReadOperation, 0);
    }
}
