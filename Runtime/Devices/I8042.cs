using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The 8042 keyboard controller with a keyboard and a mouse on it (IBM PS/2 technical reference). Ports 0x60 (data)
/// and 0x64 (status and commands).
/// </summary>
public sealed class I8042 : IHasState
{
    private const uint OutputFull = 0x01, SelfTested = 0x04, AlwaysOne = 0x18, FromMouse = 0x20;
    private const uint KeyboardInterrupt = 0x01, MouseInterrupt = 0x02, KeyboardOff = 0x10, MouseOff = 0x20;
    private const uint OutputPort = 0xcf;

    private readonly InterruptLine _keyboardInterrupt;
    private readonly InterruptLine _mouseInterrupt;
    private readonly Action _reset;
    private readonly Ps2Device _keyboard = Ps2Device.Keyboard();
    private readonly Ps2Device _mouse = Ps2Device.Mouse();

    private uint _mode = KeyboardInterrupt | MouseInterrupt;
    private uint _selfTested;
    private uint _awaitingData;
    private int _reply = -1;
    private bool _replyIsMouse;
    private uint _last;

    /// <summary>Creates the controller.</summary>
    /// <param name="keyboardInterrupt">IRQ 1.</param>
    /// <param name="mouseInterrupt">IRQ 12.</param>
    /// <param name="reset">Pulls the processor's reset line.</param>
    public I8042(InterruptLine keyboardInterrupt, InterruptLine mouseInterrupt, Action reset)
    {
        _keyboardInterrupt = keyboardInterrupt;
        _mouseInterrupt = mouseInterrupt;
        _reset = reset;
        Data = new RegisterBank("i8042-data", 1);
        Data.Add(0, "DATA", read: ReadData, written: WriteData);
        Command = new RegisterBank("i8042-command", 1);
        Command.Add(0, "STATUS/COMMAND", read: () => Status, written: WriteCommand);
    }

    /// <summary>Port 0x60.</summary>
    public RegisterBank Data { get; }

    /// <summary>Port 0x64.</summary>
    public RegisterBank Command { get; }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("data", Data);
        walk.Part("command", Command);
        walk.Part("keyboard", _keyboard);
        walk.Part("mouse", _mouse);
        walk.Value("mode", ref _mode);
        walk.Value("self-tested", ref _selfTested);
        walk.Value("awaiting data", ref _awaitingData);
        walk.Value("reply", ref _reply);
        walk.Value("reply is the mouse's", ref _replyIsMouse);
        walk.Value("last", ref _last);
    }

    private enum Source { None, Controller, Keyboard, Mouse }

    // What the output buffer shows: the controller's own replies first, then the keyboard.
    private Source Front =>
        _reply >= 0 ? Source.Controller
        : _keyboard.HasByte && (_mode & KeyboardOff) == 0 ? Source.Keyboard
        : _mouse.HasByte && (_mode & MouseOff) == 0 ? Source.Mouse
        : Source.None;

    private uint Status
    {
        get
        {
            Source front = Front;
            bool mouse = front == Source.Mouse || front == Source.Controller && _replyIsMouse;
            return AlwaysOne | _selfTested | (front == Source.None ? 0 : OutputFull) | (mouse ? FromMouse : 0);
        }
    }

    private uint ReadData()
    {
        switch (Front)
        {
            case Source.Controller:
                _last = (uint)_reply;
                _reply = -1;
                break;
            case Source.Keyboard:
                _last = _keyboard.Take();
                break;
            case Source.Mouse:
                _last = _mouse.Take();
                break;
        }
        // Each byte is announced by an edge of its own.
        _keyboardInterrupt.Set(false);
        _mouseInterrupt.Set(false);
        Update();
        return _last;
    }

    private void WriteCommand(uint command)
    {
        switch (command)
        {
            case 0x20:
                Reply(_mode);
                break;
            case 0x60 or 0xd1 or 0xd2 or 0xd3 or 0xd4:
                _awaitingData = command;
                break;
            case 0xa7:
                _mode |= MouseOff;
                break;
            case 0xa8:
                _mode &= ~MouseOff;
                break;
            case 0xa9 or 0xab:
                Reply(0);
                break;
            case 0xaa:
                _selfTested = SelfTested;
                Reply(0x55);
                break;
            case 0xad:
                _mode |= KeyboardOff;
                break;
            case 0xae:
                _mode &= ~KeyboardOff;
                break;
            case 0xc0:
                Reply(0x80);
                break;
            case 0xd0:
                Reply(OutputPort);
                break;
            // Pulses the low bits of the output port; bit 0 is the reset line, active low.
            case >= 0xf0 when (command & 1) == 0:
                _reset();
                break;
        }
        Update();
    }

    private void WriteData(uint value)
    {
        uint command = _awaitingData;
        _awaitingData = 0;
        switch (command)
        {
            case 0:
                _keyboard.Send((byte)value);
                break;
            case 0x60:
                _mode = value;
                break;
            case 0xd1 when (value & 1) == 0:
                _reset();
                break;
            case 0xd2:
                Reply(value);
                break;
            case 0xd3:
                Reply(value, mouse: true);
                break;
            case 0xd4:
                _mouse.Send((byte)value);
                break;
        }
        Update();
    }

    private void Reply(uint value, bool mouse = false)
    {
        _reply = (int)value;
        _replyIsMouse = mouse;
    }

    private void Update()
    {
        uint status = Status;
        bool mouse = (status & FromMouse) != 0;
        bool full = (status & OutputFull) != 0;
        _keyboardInterrupt.Set(full && !mouse && (_mode & (KeyboardInterrupt | KeyboardOff)) == KeyboardInterrupt);
        _mouseInterrupt.Set(full && mouse && (_mode & MouseInterrupt) != 0);
    }
}
