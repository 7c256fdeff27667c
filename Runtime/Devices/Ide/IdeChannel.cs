using Dbt.Runtime.Bus;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A channel with a drive or two (ATA/ATAPI-6, section 7): both hear what the host writes, the selected one answers.
/// </summary>
public sealed class IdeChannel : IBusTarget, IHasState
{
    private const int Data = 0, ErrorOrFeatures = 1, StatusOrCommand = 7;
    private const byte NoInterrupts = 0x02, SoftwareReset = 0x04, HighOrderByte = 0x80, SecondDrive = 0x10;
    private const byte DeviceReset = 0x08, Diagnose = 0x90;

    private readonly IdeDrive?[] _drives;
    private readonly IdeDrive[] _present;
    private readonly BusMaster _busMaster;
    private readonly InterruptLine _interrupt;
    private byte _control;
    private bool _selectsSecond;

    /// <summary>Connects drives.</summary>
    /// <param name="first">The master; null for none.</param>
    /// <param name="second">The slave; null for none.</param>
    /// <param name="busMaster">Moves data for them.</param>
    /// <param name="interrupt">Their interrupt.</param>
    internal IdeChannel(IdeDrive? first, IdeDrive? second, BusMaster busMaster, InterruptLine interrupt)
    {
        (_drives, _busMaster, _interrupt) = ([first, second], busMaster, interrupt);
        ControlPort = new RegisterBank("ide-control", 1);
        ControlPort.Add(
            0, "ALTERNATE STATUS/DEVICE CONTROL", read: () => Selected?.Status ?? 0u,
            written: value => Control((byte)value));
        _present = [.. _drives.OfType<IdeDrive>()];
        foreach (IdeDrive drive in _present)
            drive.Connect(busMaster, DriveInterrupt);
    }

    /// <summary>The port of the control block.</summary>
    public RegisterBank ControlPort { get; }

    private IdeDrive? Selected => _drives[_selectsSecond ? 1 : 0];

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes)
    {
        if (offset == Data)
            return ReadData(bytes);
        uint value = 0;
        for (int i = 0; i < bytes; i++)
            value |= (uint)ReadRegister((int)offset + i) << 8 * i;
        return value;
    }

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value)
    {
        if (offset == Data)
        {
            WriteData(bytes, value);
            return;
        }
        for (int i = 0; i < bytes && offset + i <= StatusOrCommand; i++)
            WriteRegister((int)offset + i, (byte)(value >> 8 * i));
    }

    /// <inheritdoc/>
    public long SteadyUntil(uint offset, uint? written) =>
        offset == StatusOrCommand && written is null && Selected is { Interrupt: false } drive ? drive.BusyUntil : 0;

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Value("control", ref _control);
        walk.Value("selects second", ref _selectsSecond);
        walk.Part("control port", ControlPort);
        for (int i = 0; i < _drives.Length; i++)
            walk.Optional($"drive {i}", _drives[i]);
    }

    // Two words, where the host asks for four bytes.
    private uint ReadData(int bytes)
    {
        if (bytes == 1 || Selected is not { } drive)
            return uint.MaxValue >> 32 - 8 * bytes;
        uint value = drive.ReadData();
        return bytes == 2 ? value : value | (uint)drive.ReadData() << 16;
    }

    private void WriteData(int bytes, uint value)
    {
        if (bytes == 1 || Selected is not { } drive)
            return;
        drive.WriteData((ushort)value);
        if (bytes == 4)
            drive.WriteData((ushort)(value >> 16));
    }

    private byte ReadRegister(int register)
    {
        if (register > StatusOrCommand || Selected is not { } drive)
            return 0;
        bool before = (_control & HighOrderByte) != 0;
        if (register == ErrorOrFeatures)
            return before ? drive.Task.Read(register, before) : drive.Error;
        if (register != StatusOrCommand)
            return drive.Task.Read(register, before && register != TaskFile.Device);
        byte status = drive.Status;
        drive.AcknowledgeInterrupt();
        return status;
    }

    private void WriteRegister(int register, byte value)
    {
        _control = (byte)(_control & ~HighOrderByte);
        if (register == StatusOrCommand)
        {
            Command(value);
            return;
        }
        foreach (IdeDrive drive in _present)
            drive.WriteRegister(register, value);
        if (register != TaskFile.Device)
            return;
        _selectsSecond = (value & SecondDrive) != 0;
        DriveInterrupt();
    }

    private void Command(byte command)
    {
        if (command == Diagnose)
        {
            // Both obey, and the first answers for both.
            foreach (IdeDrive drive in _present)
                drive.Reset();
            _selectsSecond = false;
            Selected?.RaiseInterrupt();
            return;
        }
        if (Selected is { } selected && (command == DeviceReset || selected.TakesCommand))
            selected.Command(command);
    }

    private void Control(byte value)
    {
        bool wasReset = (_control & SoftwareReset) != 0, isReset = (value & SoftwareReset) != 0;
        _control = value;
        foreach (IdeDrive drive in _present)
        {
            if (isReset && !wasReset)
                drive.HoldInReset();
            else if (wasReset && !isReset)
                drive.Reset();
        }
        if (wasReset && !isReset)
            _selectsSecond = false;
        DriveInterrupt();
    }

    private void DriveInterrupt()
    {
        bool level = Selected is { Interrupt: true } && (_control & NoInterrupts) == 0;
        if (level && !_interrupt.Level)
            _busMaster.NoteInterrupt();
        _interrupt.Set(level);
    }
}
