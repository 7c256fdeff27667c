using System.Buffers.Binary;
using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>A CD-ROM drive (ATA/ATAPI-6, the packet command feature set; MMC-3) with a medium in it.</summary>
/// <inheritdoc cref="IdeDrive(DriveMedium, Clock, bool)"/>
public sealed class AtapiCdrom(DriveMedium medium, Clock clock, bool livesInHostTime)
    : IdeDrive(medium, clock, livesInHostTime)
{
    private const int PacketBytes = 12, SignatureOfPackets = 0xeb14;

    // Interrupt reason, which is in the count register: a packet is due, and data go to the host.
    private const byte ForCommand = 0x01, ToHost = 0x02;

    private readonly AtaIdentity _identity = new(medium.Configuration.Slot, 0);
    private readonly byte[] _packet = new byte[PacketBytes];
    private bool _isDma, _isOpen, _isHeld, _isNew = true;
    private ScsiSense _sense;
    private byte _transferMode = AtaIdentity.UsualTransferMode;

    // What of a command's data is in the buffer and has not been taken, and the blocks that follow.
    private int _at, _ready;
    private long _block;
    private int _blocksLeft;

    private long Blocks => Math.Min(Medium.Bytes / CdromReplies.BlockBytes, int.MaxValue);

    /// <inheritdoc/>
    public override void Walk(StateWalk walk)
    {
        base.Walk(walk);
        walk.Array<byte>("packet", _packet);
        walk.Value("dma", ref _isDma);
        walk.Value("open", ref _isOpen);
        walk.Value("held", ref _isHeld);
        walk.Value("new", ref _isNew);
        walk.Value("sense", ref _sense);
        walk.Value("transfer mode", ref _transferMode);
        walk.Value("at", ref _at);
        walk.Value("ready", ref _ready);
        walk.Value("block", ref _block);
        walk.Value("blocks left", ref _blocksLeft);
    }

    /// <inheritdoc/>
    protected override void Begin()
    {
        Task.ByteCount = SignatureOfPackets;
        // Which says that it is no disk.
        Status = 0;
    }

    /// <inheritdoc/>
    protected override void Execute(byte command)
    {
        switch (command)
        {
            case 0x08:
                Reset();
                break;
            case 0xa0:
                _isDma = (Task[TaskFile.Features] & 1) != 0;
                Task[TaskFile.Count] = ForCommand;
                AskForData(PacketBytes);
                break;
            case 0xa1:
                _identity.WriteCdrom(Buffer, _transferMode);
                (_ready, _blocksLeft) = (0, 0);
                OfferData(0, AtaDisk.SectorBytes);
                RaiseInterrupt();
                break;
            // A disk's IDENTIFY and READ: who asks is shown what this is.
            case 0xec or 0x20:
                Task.ByteCount = SignatureOfPackets;
                (Task[TaskFile.Count], Task[TaskFile.Low]) = (1, 1);
                Fail(Aborted);
                break;
            case 0xef when Task[TaskFile.Features] == 0x03 && AtaIdentity.IsTransferMode(Task[TaskFile.Count]):
                _transferMode = Task[TaskFile.Count];
                Finish();
                break;
            case (>= 0xe0 and <= 0xe3) or 0xe6:
                Finish();
                break;
            case 0xe5:
                Task[TaskFile.Count] = 0xff;
                Finish();
                break;
            default:
                Fail(Aborted);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void DataGiven()
    {
        Buffer.AsSpan(0, PacketBytes).CopyTo(_packet);
        (_at, _ready, _blocksLeft) = (0, 0, 0);
        if (_isNew && _packet[0] is not (0x03 or 0x12 or 0x46 or 0x4a))
        {
            _isNew = false;
            FailPacket(ScsiSense.MediumChanged);
        }
        else
        {
            ExecutePacket(_packet[0]);
        }
    }

    /// <inheritdoc/>
    protected override void DataTaken()
    {
        // IDENTIFY is no packet command and ends without an interrupt.
        if (_ready == 0)
            Rest();
        else if (_at < _ready)
            OfferPart();
        else
            SendBlocks(continues: true);
    }

    /// <inheritdoc/>
    protected override void BusMasterIsReady() => SendByBusMaster();

    /// <inheritdoc/>
    protected override void WorkDone(MediumOperation operation, bool succeeded)
    {
        if (!succeeded)
        {
            FailPacket(ScsiSense.ReadError);
            return;
        }
        int blocks = _ready / CdromReplies.BlockBytes;
        _block += blocks;
        _blocksLeft -= blocks;
        Send();
    }

    private void ExecutePacket(byte operation)
    {
        bool needsMedium = operation is 0x00 or 0x25 or 0x28 or 0x2b or 0x43 or 0x51 or 0xa8 or 0xbe;
        if (needsMedium && _isOpen)
        {
            FailPacket(ScsiSense.NoMedium);
            return;
        }
        ReadOnlySpan<byte> packet = _packet;
        switch (operation)
        {
            case 0x00: FinishPacket(); break;
            case 0x03: Reply(CdromReplies.RequestSense(Buffer, _sense), packet[4]); _sense = ScsiSense.None; break;
            case 0x12: Reply(CdromReplies.Inquiry(Buffer), packet[4]); break;
            case 0x1b: StartStop(packet[4]); break;
            case 0x1e:
                _isHeld = (packet[4] & 1) != 0;
                FinishPacket();
                break;
            case 0x25: Reply(CdromReplies.Capacity(Buffer, Blocks), int.MaxValue); break;
            case 0x28: Read(Long(packet, 2), Short(packet, 7)); break;
            case 0x2b: Seek(Long(packet, 2)); break;
            case 0xa8: Read(Long(packet, 2), Long(packet, 6)); break;
            case 0xbe: ReadCd(packet); break;
            case 0xbd: Reply(CdromReplies.Mechanism(Buffer), Short(packet, 8)); break;
            default: ExecuteInquiry(operation, packet); break;
        }
    }

    private void ExecuteInquiry(byte operation, ReadOnlySpan<byte> packet)
    {
        int reply = operation switch
        {
            0x43 => CdromReplies.TableOfContents(Buffer, packet, Blocks),
            0x46 => CdromReplies.Configuration(Buffer, !_isOpen, Blocks),
            0x4a => CdromReplies.EventStatus(Buffer, packet, !_isOpen, _isNew),
            0x51 => CdromReplies.DiscInformation(Buffer),
            0x5a => CdromReplies.ModeSense(Buffer, packet, !_isOpen, _isHeld),
            _ => -1,
        };
        if (reply > 0)
            Reply(reply, Short(packet, 7));
        else
            FailPacket(reply < 0 ? ScsiSense.NoSuchCommand : ScsiSense.InvalidField);
    }

    private void Reply(int bytes, long most)
    {
        _ready = (int)Math.Min(bytes, most);
        if (_ready == 0)
            FinishPacket();
        else
            Send();
    }

    private void Seek(uint block)
    {
        if (block < Blocks)
            FinishPacket();
        else
            FailPacket(ScsiSense.NoSuchBlock);
    }

    private void Read(uint block, uint blocks)
    {
        if (block + (long)blocks > Blocks)
        {
            FailPacket(ScsiSense.NoSuchBlock);
            return;
        }
        (_block, _blocksLeft) = (block, (int)blocks);
        SendBlocks(continues: false);
    }

    // Only the user's data of a block, which are all there are.
    private void ReadCd(ReadOnlySpan<byte> packet)
    {
        uint blocks = Long(packet, 5) & 0xff_ffff;
        switch (packet[9] & 0xf8)
        {
            case 0: FinishPacket(); break;
            case 0x10: Read(Long(packet, 2), blocks); break;
            default: FailPacket(ScsiSense.InvalidField); break;
        }
    }

    // With bit 1 the tray moves: out, or in where bit 0 is set.
    private void StartStop(byte how)
    {
        if ((how & 2) != 0)
        {
            bool opens = (how & 1) == 0;
            if (opens && _isHeld)
            {
                FailPacket(ScsiSense.MediumIsHeld);
                return;
            }
            _isNew = _isOpen && !opens;
            _isOpen = opens;
        }
        FinishPacket();
    }

    private void SendBlocks(bool continues)
    {
        if (_blocksLeft == 0)
        {
            FinishPacket();
            return;
        }
        (_at, _ready) = (0, Math.Min(_blocksLeft, BufferBytes / CdromReplies.BlockBytes) * CdromReplies.BlockBytes);
        Work(MediumOperation.Read, _block * CdromReplies.BlockBytes, _ready, continues);
    }

    private void Send()
    {
        if (!_isDma)
            OfferPart();
        else if (HasBusMaster)
            SendByBusMaster();
        else
            AwaitBusMaster();
    }

    // As much as the host wants at a time; an odd number only where it is the last.
    private void OfferPart()
    {
        int most = Task.ByteCount & 0xfffe;
        int bytes = Math.Min(_ready - _at, most == 0 ? 0xfffe : most);
        Task.ByteCount = bytes;
        Task[TaskFile.Count] = ToHost;
        OfferData(_at, bytes);
        _at += bytes;
        RaiseInterrupt();
    }

    private void SendByBusMaster()
    {
        if (!MoveToMemory(_ready))
            return;
        if (_blocksLeft > 0)
        {
            SendBlocks(continues: true);
            return;
        }
        EndBusMaster();
        FinishPacket();
    }

    private void FinishPacket()
    {
        _sense = ScsiSense.None;
        Task[TaskFile.Count] = ForCommand | ToHost;
        Finish();
    }

    private void FailPacket(ScsiSense sense)
    {
        _sense = sense;
        Task[TaskFile.Count] = ForCommand | ToHost;
        Fail((byte)(sense.Key << 4 | (sense.Key == 5 ? Aborted : 0)));
    }

    private static uint Long(ReadOnlySpan<byte> packet, int at) => BinaryPrimitives.ReadUInt32BigEndian(packet[at..]);

    private static uint Short(ReadOnlySpan<byte> packet, int at) => BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
}
