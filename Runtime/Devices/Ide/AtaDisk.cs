using Dbt.Runtime.State;
using Dbt.Runtime.Storage;
using Dbt.Runtime.Time;

namespace Dbt.Runtime.Devices;

/// <summary>
/// A hard disk (ATA/ATAPI-6, T13/1410D): the general feature set without the packet interface, with 48-bit addresses,
/// write cache and bus-master DMA.
/// </summary>
public sealed class AtaDisk : IdeDrive
{
    /// <summary>Bytes of a sector.</summary>
    internal const int SectorBytes = 512;

    /// <summary>Sectors that READ MULTIPLE can transfer at a time.</summary>
    internal const int MostMultiple = 16;

    // How a command gives its address, moves its data, and whether these have to be there for good.
    [Flags]
    private enum Way : byte
    {
        Plain = 0,
        Extended = 1,
        Multiple = 2,
        Dma = 4,
        Forced = 8,
    }

    private readonly AtaIdentity _identity;
    private Way _way;
    private bool _writes;
    private long _sector;
    private int _left, _block, _multiple;
    private int _heads, _sectorsOfTrack;
    private bool _cachesWrites = true;
    private byte _transferMode = AtaIdentity.UsualTransferMode;

    /// <summary>Creates a disk.</summary>
    /// <inheritdoc cref="IdeDrive(DriveMedium, Clock, bool)"/>
    public AtaDisk(DriveMedium medium, Clock clock, bool livesInHostTime) : base(medium, clock, livesInHostTime)
    {
        _identity = new AtaIdentity(medium.Configuration.Slot, Sectors);
        (_heads, _sectorsOfTrack) = (AtaIdentity.Heads, AtaIdentity.SectorsOfTrack);
    }

    private long Sectors => Medium.Bytes / SectorBytes;

    /// <inheritdoc/>
    public override void Walk(StateWalk walk)
    {
        base.Walk(walk);
        walk.Value("way", ref _way);
        walk.Value("writes", ref _writes);
        walk.Value("sector", ref _sector);
        walk.Value("left", ref _left);
        walk.Value("block", ref _block);
        walk.Value("multiple", ref _multiple);
        walk.Value("heads", ref _heads);
        walk.Value("sectors of a track", ref _sectorsOfTrack);
        walk.Value("caches writes", ref _cachesWrites);
        walk.Value("transfer mode", ref _transferMode);
    }

    /// <inheritdoc/>
    protected override void Begin()
    {
        Task.ByteCount = 0;
        Status = Ready | SeekComplete;
    }

    /// <inheritdoc/>
    protected override void Execute(byte command)
    {
        switch (command)
        {
            case 0x20 or 0x21: Read(Way.Plain); break;
            case 0x24: Read(Way.Extended); break;
            case 0x25: Read(Way.Extended | Way.Dma); break;
            case 0x29: Read(Way.Extended | Way.Multiple); break;
            case 0xc4: Read(Way.Multiple); break;
            case 0xc8 or 0xc9: Read(Way.Dma); break;
            case 0x30 or 0x31: Write(Way.Plain); break;
            case 0x34: Write(Way.Extended); break;
            case 0x35: Write(Way.Extended | Way.Dma); break;
            case 0x39: Write(Way.Extended | Way.Multiple); break;
            case 0x3d: Write(Way.Extended | Way.Dma | Way.Forced); break;
            case 0xc5: Write(Way.Multiple); break;
            case 0xca or 0xcb: Write(Way.Dma); break;
            case 0xce: Write(Way.Extended | Way.Multiple | Way.Forced); break;
            case 0x40 or 0x41: Verify(Way.Plain); break;
            case 0x42: Verify(Way.Extended); break;
            case 0xe7 or 0xea: Flush(); break;
            default: ExecuteWithoutData(command); break;
        }
    }

    /// <inheritdoc/>
    protected override void DataTaken()
    {
        if (_left == 0)
            Rest();
        else
            ReadOn(continues: true);
    }

    /// <inheritdoc/>
    protected override void DataGiven() => Transfer(MediumOperation.Write, continues: true);

    /// <inheritdoc/>
    protected override void BusMasterIsReady()
    {
        if (!_writes)
            Transfer(MediumOperation.Read);
        else if (FetchFromMemory(_block * SectorBytes))
            Transfer(MediumOperation.Write);
    }

    /// <inheritdoc/>
    protected override void WorkDone(MediumOperation operation, bool succeeded)
    {
        switch (operation)
        {
            case MediumOperation.Flush when !succeeded: Fail(Aborted); break;
            case var _ when !succeeded: FailAt(Uncorrectable); break;
            case MediumOperation.Read: HasRead(); break;
            case MediumOperation.Write: HasWritten(); break;
            case MediumOperation.Verify: HasVerified(); break;
            default: FinishTransfer(); break;
        }
    }

    private void ExecuteWithoutData(byte command)
    {
        switch (command)
        {
            // RECALIBRATE and SEEK; IDLE, STANDBY and SLEEP, from which any command wakes; READ VERIFY's like.
            case (>= 0x10 and <= 0x1f) or (>= 0x70 and <= 0x7f) or (>= 0x94 and <= 0x97) or 0x99
                or (>= 0xe0 and <= 0xe3) or 0xe6:
                Finish();
                break;
            // CHECK POWER MODE: it is active.
            case 0x98 or 0xe5:
                Task[TaskFile.Count] = 0xff;
                Finish();
                break;
            case 0x91: SetGeometry(); break;
            case 0xc6: SetMultiple(Task[TaskFile.Count]); break;
            case 0xec: Identify(); break;
            case 0xef: SetFeatures(Task[TaskFile.Features]); break;
            default: Fail(Aborted); break;
        }
    }

    private void Read(Way way)
    {
        if (Aim(way))
            ReadOn(continues: false);
    }

    private void ReadOn(bool continues)
    {
        _writes = false;
        Next();
        if ((_way & Way.Dma) == 0 || HasBusMaster)
            Transfer(MediumOperation.Read, continues);
        else
            AwaitBusMaster();
    }

    private void HasRead()
    {
        if ((_way & Way.Dma) == 0)
        {
            Advance();
            OfferData(0, _block * SectorBytes);
            RaiseInterrupt();
        }
        else if (!HasBusMaster)
        {
            // The host has stopped it meanwhile.
            AwaitBusMaster();
        }
        else if (MoveToMemory(_block * SectorBytes))
        {
            Advance();
            if (_left == 0)
                FinishTransfer();
            else
                ReadOn(continues: true);
        }
    }

    private void Write(Way way)
    {
        if (!Aim(way))
            return;
        if (!Medium.IsWritable)
            FailAt(Aborted | WriteProtected);
        else
            WriteOn();
    }

    private void WriteOn()
    {
        _writes = true;
        Next();
        if ((_way & Way.Dma) == 0)
            AskForData(_block * SectorBytes);
        else if (!HasBusMaster)
            AwaitBusMaster();
        else if (FetchFromMemory(_block * SectorBytes))
            Transfer(MediumOperation.Write, continues: true);
    }

    private void HasWritten()
    {
        Advance();
        if (_left > 0)
        {
            WriteOn();
            if ((_way & Way.Dma) == 0)
                RaiseInterrupt();
        }
        else if (!_cachesWrites || (_way & Way.Forced) != 0)
        {
            Work(MediumOperation.Flush, 0, 0, continues: true);
        }
        else
        {
            FinishTransfer();
        }
    }

    private void Verify(Way way)
    {
        if (!Aim(way))
            return;
        Next();
        Transfer(MediumOperation.Verify);
    }

    private void HasVerified()
    {
        Advance();
        if (_left == 0)
        {
            Finish();
            return;
        }
        Next();
        Transfer(MediumOperation.Verify, continues: true);
    }

    private void Flush()
    {
        _way = Way.Plain;
        Work(MediumOperation.Flush, 0, 0);
    }

    private void FinishTransfer()
    {
        if ((_way & Way.Dma) != 0)
            EndBusMaster();
        Finish();
    }

    // Where a command is to begin, and how much it is about; refused where that is not all on the disk.
    private bool Aim(Way way)
    {
        _way = way;
        bool isExtended = (way & Way.Extended) != 0;
        _left = isExtended ? Task.Sectors48 : Task.Sectors28;
        _sector = isExtended ? Task.Lba48 : Task.IsLba ? Task.Lba28 : SectorOfGeometry();
        if ((way & Way.Multiple) != 0 && _multiple == 0)
            Fail(Aborted);
        else if (_sector < 0 || _sector > Sectors - _left)
            FailAt(NotFound);
        else
            return true;
        return false;
    }

    // Sectors of a track count from 1.
    private long SectorOfGeometry()
    {
        int sector = Task[TaskFile.Low];
        return sector == 0 || sector > _sectorsOfTrack || Task.Head >= _heads
            ? -1
            : ((long)Task.ByteCount * _heads + Task.Head) * _sectorsOfTrack + sector - 1;
    }

    private void Next() => _block = Math.Min(
        _left, (_way & Way.Dma) != 0 ? BufferBytes / SectorBytes : (_way & Way.Multiple) != 0 ? _multiple : 1);

    private void Advance()
    {
        _sector += _block;
        _left -= _block;
    }

    private void Transfer(MediumOperation operation, bool continues = false) =>
        Work(operation, _sector * SectorBytes, _block * SectorBytes, continues);

    private void FailAt(byte error)
    {
        if ((_way & Way.Extended) != 0)
            Task.SetLba48(_sector);
        else if (Task.IsLba)
            Task.SetLba28(_sector);
        Fail(error);
    }

    private void SetGeometry()
    {
        if (Task[TaskFile.Count] == 0)
        {
            Fail(Aborted);
            return;
        }
        (_heads, _sectorsOfTrack) = (Task.Head + 1, Task[TaskFile.Count]);
        Finish();
    }

    private void SetMultiple(int sectors)
    {
        if (sectors > MostMultiple || (sectors & sectors - 1) != 0)
        {
            Fail(Aborted);
            return;
        }
        _multiple = sectors;
        Finish();
    }

    private void SetFeatures(byte feature)
    {
        switch (feature)
        {
            case 0x02: _cachesWrites = true; break;
            case 0x03 when AtaIdentity.IsTransferMode(Task[TaskFile.Count]):
                _transferMode = Task[TaskFile.Count];
                break;
            // Look-ahead, and what a reset keeps: as one likes.
            case 0x55 or 0xaa or 0x66 or 0xcc: break;
            case 0x82:
                _cachesWrites = false;
                Flush();
                return;
            default:
                Fail(Aborted);
                return;
        }
        Finish();
    }

    private void Identify()
    {
        _identity.Write(Buffer, _transferMode, _cachesWrites, _multiple, (_heads, _sectorsOfTrack));
        _left = 0;
        OfferData(0, SectorBytes);
        RaiseInterrupt();
    }
}
