using System.Numerics;
using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// One 8259A interrupt controller (Intel 231468). A <see cref="I8259Pair"/> cascades two of them as on every PC.
/// </summary>
/// <remarks>Registers: offset 0 is ICW1, OCW2 and OCW3, offset 1 is ICW2 to ICW4 and the mask.</remarks>
public sealed class I8259 : IBusTarget, IHasState
{
    private const uint Icw1 = 0x10, Icw1NeedsIcw4 = 0x01, Icw1Single = 0x02, Icw1Level = 0x08;
    private const uint Icw4AutomaticEoi = 0x02, Icw4SpecialFullyNested = 0x10;
    private const uint Ocw3 = 0x08;

    private readonly InterruptLine _output;
    private readonly int _cascadePin;
    private readonly RegisterBank _registers;
    private readonly Register _trigger;

    private uint _lines;
    private uint _mask;
    private uint _requests;
    private uint _inService;
    private uint _command;
    private int _nextIcw;
    private int _lowestFirst;
    private bool _automaticEoi, _rotateOnAutomaticEoi, _specialFullyNested;
    private bool _specialMask, _poll, _readInService, _allLevel;

    /// <summary>Creates the controller.</summary>
    /// <param name="name">What a trace calls it.</param>
    /// <param name="output">Its INT pin.</param>
    /// <param name="levelCapable">The pins whose bit in the edge/level register can be set.</param>
    /// <param name="cascadePin">The pin with a slave on it, -1 for none.</param>
    public I8259(string name, InterruptLine output, uint levelCapable, int cascadePin = -1)
    {
        _output = output;
        _cascadePin = cascadePin;
        _registers = new RegisterBank(name, 2);
        _registers.Add(0, "OCW2/OCW3", read: ReadCommand, written: WriteCommand);
        _registers.Add(1, "OCW1", read: ReadMask, written: WriteMask);
        EdgeLevel = new RegisterBank(name + "-elcr", 1);
        _trigger = EdgeLevel.Add(0, "ELCR", mask: levelCapable, written: _ => Update());
    }

    /// <summary>The edge/level control register (82371AB §4.2.5), a port of its own.</summary>
    public RegisterBank EdgeLevel { get; }

    /// <summary>The vector of pin 0, a multiple of 8 (ICW2).</summary>
    public uint VectorBase { get; private set; }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => _registers.Read(offset, bytes);

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) => _registers.Write(offset, bytes, value);

    /// <summary>Drives an input pin.</summary>
    public void SetPin(int pin, bool level)
    {
        uint bit = 1u << pin;
        if (IsLevel(bit))
            _requests = level ? _requests | bit : _requests & ~bit;
        else if (level && (_lines & bit) == 0)
            _requests |= bit;
        _lines = level ? _lines | bit : _lines & ~bit;
        Update();
    }

    /// <summary>The pin that would be served now, -1 when none asks or a higher one is in service.</summary>
    public int Highest()
    {
        uint requests = Rotate(_requests & ~_mask);
        if (requests == 0)
            return -1;
        uint blocking = _specialMask ? _inService & ~_mask : _inService;
        // The special fully nested mode lets a slave interrupt itself with a higher pin of its own.
        if (_specialFullyNested && _cascadePin >= 0)
            blocking &= ~(1u << _cascadePin);
        int wanted = BitOperations.TrailingZeroCount(requests);
        int serving = blocking == 0 ? 8 : BitOperations.TrailingZeroCount(Rotate(blocking));
        return wanted < serving ? wanted + _lowestFirst & 7 : -1;
    }

    /// <summary>The first half of an interrupt acknowledge: the served pin goes in service.</summary>
    public void Acknowledge(int pin)
    {
        uint bit = 1u << pin;
        if (!_automaticEoi)
            _inService |= bit;
        else if (_rotateOnAutomaticEoi)
            _lowestFirst = pin + 1 & 7;
        if (!IsLevel(bit))
            _requests &= ~bit;
        Update();
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("registers", _registers);
        walk.Part("edge/level", EdgeLevel);
        walk.Part("output", _output);
        VectorBase = walk.Value("vector base", VectorBase);
        walk.Value("lines", ref _lines);
        walk.Value("mask", ref _mask);
        walk.Value("requests", ref _requests);
        walk.Value("in service", ref _inService);
        walk.Value("command", ref _command);
        walk.Value("next ICW", ref _nextIcw);
        walk.Value("lowest first", ref _lowestFirst);
        walk.Value("automatic EOI", ref _automaticEoi);
        walk.Value("rotate on automatic EOI", ref _rotateOnAutomaticEoi);
        walk.Value("special fully nested", ref _specialFullyNested);
        walk.Value("special mask", ref _specialMask);
        walk.Value("poll", ref _poll);
        walk.Value("read in service", ref _readInService);
        walk.Value("all level", ref _allLevel);
    }

    private bool IsLevel(uint bit) => _allLevel || (_trigger.Value & bit) != 0;

    // Brings the pin of highest priority to bit 0.
    private uint Rotate(uint pins) => (pins >> _lowestFirst | pins << (8 - _lowestFirst)) & 0xff;

    private void Update() => _output.Set(Highest() >= 0);

    private uint ReadCommand()
    {
        if (_poll)
            return Poll();
        return _readInService ? _inService : _requests;
    }

    private uint ReadMask() => _poll ? Poll() : _mask;

    private uint Poll()
    {
        _poll = false;
        int pin = Highest();
        if (pin < 0)
            return 0;
        Acknowledge(pin);
        return 0x80 | (uint)pin;
    }

    private void WriteCommand(uint value)
    {
        if ((value & Icw1) != 0)
            Initialise(value);
        else if ((value & Ocw3) != 0)
            SelectRead(value);
        else
            EndInterrupt(value >> 5, (int)(value & 7));
    }

    private void Initialise(uint icw1)
    {
        _command = icw1;
        _nextIcw = 2;
        _allLevel = (icw1 & Icw1Level) != 0;
        _requests = _allLevel ? _lines : _requests & _trigger.Value & _lines;
        _inService = 0;
        _lowestFirst = 0;
        _mask = 0;
        _specialMask = _poll = _readInService = false;
        _automaticEoi = _rotateOnAutomaticEoi = _specialFullyNested = false;
        Update();
    }

    private void SelectRead(uint ocw3)
    {
        if ((ocw3 & 0x04) != 0)
            _poll = true;
        if ((ocw3 & 0x02) != 0)
            _readInService = (ocw3 & 0x01) != 0;
        if ((ocw3 & 0x40) != 0)
        {
            _specialMask = (ocw3 & 0x20) != 0;
            Update();
        }
    }

    // OCW2: rotate, specific, end of interrupt in bits 7 to 5.
    private void EndInterrupt(uint command, int pin)
    {
        switch (command)
        {
            case 0 or 4:
                _rotateOnAutomaticEoi = command == 4;
                return;
            case 1 or 5:
                if (_inService == 0)
                    return;
                int served = BitOperations.TrailingZeroCount(Rotate(_inService)) + _lowestFirst & 7;
                _inService &= ~(1u << served);
                if (command == 5)
                    _lowestFirst = served + 1 & 7;
                break;
            case 3 or 7:
                _inService &= ~(1u << pin);
                if (command == 7)
                    _lowestFirst = pin + 1 & 7;
                break;
            case 6:
                _lowestFirst = pin + 1 & 7;
                break;
        }
        Update();
    }

    private void WriteMask(uint value)
    {
        switch (_nextIcw)
        {
            case 2:
                VectorBase = value & 0xf8;
                _nextIcw = (_command & Icw1Single) == 0 ? 3 : AfterIcw3();
                break;
            case 3:
                // Who is cascaded where is wired on the board: ICW3 repeats it.
                _nextIcw = AfterIcw3();
                break;
            case 4:
                _automaticEoi = (value & Icw4AutomaticEoi) != 0;
                _specialFullyNested = (value & Icw4SpecialFullyNested) != 0;
                _nextIcw = 0;
                break;
            default:
                _mask = value;
                Update();
                break;
        }
    }

    private int AfterIcw3() => (_command & Icw1NeedsIcw4) != 0 ? 4 : 0;
}
