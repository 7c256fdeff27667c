using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A drive on an IDE channel: its registers, its buffer, and how data gets from one to the other. What it does takes
/// time of the machine's, the same in every run, however long the host takes; commands are the business of those who
/// derive from it.
/// </summary>
public abstract class IdeDrive : IHasState
{
    /// <summary>Bits of the status register.</summary>
    protected const byte Failed = 0x01, DataRequest = 0x08, SeekComplete = 0x10, Ready = 0x40, Busy = 0x80;

    /// <summary>Bits of the error register.</summary>
    protected const byte Aborted = 0x04, NotFound = 0x10, Uncorrectable = 0x40, WriteProtected = 0x40;

    /// <summary>What the error register says after a reset: all is well.</summary>
    protected const byte Passed = 0x01;

    /// <summary>Bytes of the buffer, which is what is transferred at a time.</summary>
    protected const int BufferBytes = 128 << 10;

    // A drive with nothing that turns, at 250 MB a second.
    private const long CommandNanoseconds = 20_000, NanosecondsPerByte = 4;

    private enum Phase : byte { Idle, DataToHost, DataFromHost, Working, AwaitingBusMaster }

    private readonly TimedMedium _work;
    private readonly byte[] _buffer;
    private BusMaster? _busMaster;
    private Action? _interruptChanged;
    private Phase _phase;
    private int _position, _end;

    /// <summary>Creates a drive.</summary>
    /// <param name="medium">What it reads and writes.</param>
    /// <param name="clock">The machine's time.</param>
    /// <param name="livesInHostTime">Whether that is the host's, so that what takes the host long takes the guest
    /// long.</param>
    protected IdeDrive(DriveMedium medium, Clock clock, bool livesInHostTime)
    {
        Medium = medium;
        _work = new TimedMedium(
            $"ide drive {medium.Configuration.Slot}", medium, (clock, livesInHostTime), BufferBytes, WorkIsOver);
        _buffer = _work.Buffer;
    }

    /// <summary>Its registers.</summary>
    internal TaskFile Task { get; } = new();

    /// <summary>The status register.</summary>
    internal byte Status { get; private protected set; }

    /// <summary>The error register.</summary>
    internal byte Error { get; private protected set; }

    /// <summary>Whether it asks for an interrupt.</summary>
    internal bool Interrupt { get; private set; }

    /// <summary>Whether it is ready for a command.</summary>
    internal bool TakesCommand => (Status & (Busy | DataRequest)) == 0;

    /// <summary>Until when its status stays as it is, in nanoseconds; 0 where that is not known.</summary>
    internal long BusyUntil => _phase == Phase.Working ? _work.Due : 0;

    /// <summary>What it reads and writes.</summary>
    protected DriveMedium Medium { get; }

    /// <summary>What is transferred.</summary>
    protected byte[] Buffer => _buffer;

    /// <summary>Whether the host has started the bus master.</summary>
    protected bool HasBusMaster => _busMaster!.IsStarted;

    /// <summary>The host writes the command register.</summary>
    internal void Command(byte command)
    {
        AcknowledgeInterrupt();
        Error = 0;
        Execute(command);
    }

    /// <summary>The host writes another register of the command block.</summary>
    internal void WriteRegister(int register, byte value)
    {
        if (TakesCommand)
            Task.Write(register, value);
        else if (register == TaskFile.Device)
            Task[register] = value;
    }

    /// <summary>The host has seen the status.</summary>
    internal void AcknowledgeInterrupt() => SetInterrupt(false);

    /// <summary>Asks for an interrupt.</summary>
    internal void RaiseInterrupt() => SetInterrupt(true);

    /// <summary>The host resets the channel: nothing goes on until it lets go.</summary>
    internal void HoldInReset()
    {
        Stop();
        SetInterrupt(false);
        Status = Busy | SeekComplete;
    }

    /// <summary>It begins anew, and says by its registers what it is.</summary>
    internal void Reset()
    {
        Stop();
        SetInterrupt(false);
        (Task[TaskFile.Count], Task[TaskFile.Low], Task[TaskFile.Device]) = (1, 1, 0);
        Error = Passed;
        Begin();
    }

    /// <summary>The host takes a word of data.</summary>
    internal ushort ReadData()
    {
        if (_phase != Phase.DataToHost)
            return 0;
        // What has an odd number of bytes ends in the middle of a word.
        int word = _buffer[_position] | (_position + 1 < _end ? _buffer[_position + 1] << 8 : 0);
        _position += sizeof(ushort);
        if (_position >= _end)
        {
            _phase = Phase.Idle;
            DataTaken();
        }
        return (ushort)word;
    }

    /// <summary>The host gives a word of data.</summary>
    internal void WriteData(ushort word)
    {
        if (_phase != Phase.DataFromHost)
            return;
        (_buffer[_position], _buffer[_position + 1]) = ((byte)word, (byte)(word >> 8));
        _position += sizeof(ushort);
        if (_position < _end)
            return;
        _phase = Phase.Idle;
        DataGiven();
    }

    /// <summary>Connects it to its channel.</summary>
    internal void Connect(BusMaster busMaster, Action interruptChanged)
    {
        (_busMaster, _interruptChanged) = (busMaster, interruptChanged);
        busMaster.Started += () =>
        {
            if (_phase != Phase.AwaitingBusMaster)
                return;
            _phase = Phase.Idle;
            BusMasterIsReady();
        };
        Reset();
    }

    /// <inheritdoc/>
    public virtual void Walk(StateWalk walk)
    {
        walk.Part("work", _work);
        walk.Part("task file", Task);
        Status = walk.Value("status", Status);
        Error = walk.Value("error", Error);
        Interrupt = walk.Value("interrupt", Interrupt);
        walk.Value("phase", ref _phase);
        walk.Value("position", ref _position);
        walk.Value("end", ref _end);
    }

    /// <summary>A command has been written.</summary>
    protected abstract void Execute(byte command);

    /// <summary>Registers and status after a reset, beyond what all drives have in common.</summary>
    protected abstract void Begin();

    /// <summary>The host has taken what <see cref="OfferData"/> offered.</summary>
    protected abstract void DataTaken();

    /// <summary>The host has given what <see cref="AskForData"/> asked for.</summary>
    protected abstract void DataGiven();

    /// <summary>The bus master, which <see cref="AwaitBusMaster"/> waits for, has been started.</summary>
    protected abstract void BusMasterIsReady();

    /// <summary>What <see cref="Work"/> began is over.</summary>
    /// <param name="operation">What it was.</param>
    /// <param name="succeeded">Whether the medium could do it.</param>
    protected abstract void WorkDone(MediumOperation operation, bool succeeded);

    /// <summary>Offers the host the buffer, word by word.</summary>
    protected void OfferData(int from, int bytes)
    {
        Enter(Phase.DataToHost, from, bytes);
        Status = Ready | SeekComplete | DataRequest;
    }

    /// <summary>Asks the host to fill the buffer, word by word.</summary>
    protected void AskForData(int bytes)
    {
        Enter(Phase.DataFromHost, 0, bytes);
        Status = Ready | SeekComplete | DataRequest;
    }

    /// <summary>Waits for the host to start the bus master.</summary>
    protected void AwaitBusMaster()
    {
        Status = Ready | SeekComplete | DataRequest;
        _phase = Phase.AwaitingBusMaster;
    }

    /// <summary>Is busy with the medium, and tells of the end by <see cref="WorkDone"/>.</summary>
    protected void Work(MediumOperation operation, long offset, int bytes, bool continues = false)
    {
        Status = Busy | SeekComplete;
        _phase = Phase.Working;
        _work.Begin(operation, offset, bytes, (continues ? 0 : CommandNanoseconds) + bytes * NanosecondsPerByte);
    }

    /// <summary>Moves what is in the buffer to memory.</summary>
    /// <returns>Whether all of it arrived; if not, the command is over.</returns>
    protected bool MoveToMemory(int bytes) => _busMaster!.ToMemory(_buffer.AsSpan(0, bytes)) == bytes || EndShort();

    /// <summary>Fills the buffer from memory.</summary>
    /// <returns>Whether there was as much; if not, the command is over.</returns>
    protected bool FetchFromMemory(int bytes) =>
        _busMaster!.FromMemory(_buffer.AsSpan(0, bytes)) == bytes || EndShort();

    /// <summary>The bus master has nothing more to move.</summary>
    protected void EndBusMaster() => _busMaster!.End();

    /// <summary>The command is over.</summary>
    protected void Finish()
    {
        _phase = Phase.Idle;
        Status = Ready | SeekComplete;
        RaiseInterrupt();
    }

    /// <summary>The command is over, and failed.</summary>
    protected void Fail(byte error)
    {
        _phase = Phase.Idle;
        (Status, Error) = (Ready | SeekComplete | Failed, error);
        RaiseInterrupt();
    }

    /// <summary>The last data of a command have been taken: nobody is told.</summary>
    protected void Rest()
    {
        _phase = Phase.Idle;
        Status = Ready | SeekComplete;
    }

    /// <summary>Whatever goes on comes to no end.</summary>
    protected void Stop()
    {
        _work.Abandon();
        _phase = Phase.Idle;
    }

    private void Enter(Phase phase, int from, int bytes) =>
        (_phase, _position, _end) = (phase, from, from + bytes);

    private void SetInterrupt(bool on)
    {
        Interrupt = on;
        _interruptChanged?.Invoke();
    }

    // A table that is too short ends the transfer, and nobody is told (82371AB §5.2.2); memory that does not answer is
    // an error.
    private bool EndShort()
    {
        bool isError = !HasBusMaster;
        _busMaster!.EndShort();
        if (isError)
            Fail(Aborted);
        else
            Rest();
        return false;
    }

    private void WorkIsOver(MediumOperation operation, bool succeeded)
    {
        _phase = Phase.Idle;
        WorkDone(operation, succeeded);
    }
}
