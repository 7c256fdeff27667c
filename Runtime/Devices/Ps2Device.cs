using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A PS/2 keyboard or mouse nobody touches: it answers the commands a driver's probe sends, and says nothing else.
/// </summary>
internal sealed class Ps2Device : IHasState
{
    private const byte Acknowledge = 0xfa, Resend = 0xfe, SelfTestPassed = 0xaa, Echo = 0xee;

    private const int BufferBytes = 16;

    private readonly Queue<byte> _toHost = new();
    private readonly byte[] _identity;
    private readonly bool _isMouse;

    private byte _parameterOf;
    private byte _scanCodeSet = 2;
    private byte _resolution = 2, _sampleRate = 100;
    private byte _status;

    private Ps2Device(bool isMouse, params byte[] identity)
    {
        _isMouse = isMouse;
        _identity = identity;
    }

    /// <summary>A keyboard of the AT kind.</summary>
    public static Ps2Device Keyboard() => new(isMouse: false, 0xab, 0x83);

    /// <summary>A mouse with two buttons and no wheel.</summary>
    public static Ps2Device Mouse() => new(isMouse: true, 0x00);

    /// <summary>Whether a byte waits for the host.</summary>
    public bool HasByte => _toHost.Count > 0;

    /// <summary>Takes the next byte for the host.</summary>
    public byte Take() => _toHost.Dequeue();

    /// <summary>A byte from the host: a command, or the parameter of the one before.</summary>
    public void Send(byte value)
    {
        byte command = _parameterOf;
        _parameterOf = 0;
        if (command != 0)
            TakeParameter(command, value);
        else if (_isMouse)
            CommandMouse(value);
        else
            CommandKeyboard(value);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Queue("to host", _toHost);
        walk.Value("parameter of", ref _parameterOf);
        walk.Value("scan code set", ref _scanCodeSet);
        walk.Value("resolution", ref _resolution);
        walk.Value("sample rate", ref _sampleRate);
        walk.Value("status", ref _status);
    }

    private void CommandKeyboard(byte command)
    {
        switch (command)
        {
            case 0xee:
                Say(Echo);
                break;
            case 0xed or 0xf0 or 0xf3:
                Answer();
                _parameterOf = command;
                break;
            case 0xf2:
                Answer(_identity);
                break;
            case 0xf4 or 0xf5 or 0xf6 or (>= 0xf7 and <= 0xfa):
                Answer();
                break;
            case 0xff:
                Reset();
                break;
            default:
                Say(Resend);
                break;
        }
    }

    private void CommandMouse(byte command)
    {
        switch (command)
        {
            case 0xe6:
                _status &= 0xef;
                Answer();
                break;
            case 0xe7:
                _status |= 0x10;
                Answer();
                break;
            case 0xe8 or 0xf3:
                Answer();
                _parameterOf = command;
                break;
            case 0xe9:
                Answer(_status, _resolution, _sampleRate);
                break;
            case 0xeb:
                Answer(0x08, 0, 0);
                break;
            case 0xf2:
                Answer(_identity);
                break;
            case 0xf4:
                _status |= 0x20;
                Answer();
                break;
            case 0xf5:
                _status &= 0xdf;
                Answer();
                break;
            case 0xea or 0xec or 0xee or 0xf0:
                Answer();
                break;
            case 0xf6:
                Defaults();
                Answer();
                break;
            case 0xff:
                Reset();
                break;
        }
    }

    private void TakeParameter(byte command, byte value)
    {
        if (_isMouse && command == 0xe8)
            _resolution = value;
        else if (_isMouse && command == 0xf3)
            _sampleRate = value;
        // Scan code set 0 asks which is in use.
        if (command == 0xf0 && value == 0)
        {
            Answer(_scanCodeSet);
            return;
        }
        if (command == 0xf0)
            _scanCodeSet = value;
        Answer();
    }

    private void Reset()
    {
        Defaults();
        _toHost.Clear();
        if (_isMouse)
            Answer(SelfTestPassed, _identity[0]);
        else
            Answer(SelfTestPassed);
    }

    private void Defaults()
    {
        _scanCodeSet = 2;
        _resolution = 2;
        _sampleRate = 100;
        _status = 0;
    }

    private void Answer(params ReadOnlySpan<byte> bytes)
    {
        Say(Acknowledge);
        foreach (byte value in bytes)
            Say(value);
    }

    // What the host does not fetch is lost when the buffer is full.
    private void Say(byte value)
    {
        if (_toHost.Count < BufferBytes)
            _toHost.Enqueue(value);
    }
}
