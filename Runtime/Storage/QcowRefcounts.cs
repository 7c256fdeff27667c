using System.Buffers.Binary;

namespace Dbt.Runtime.Storage;

/// <summary>
/// Which clusters of a qcow2 image are in use, and how often (qcow2.txt, "Host cluster management"). Changes are kept
/// until they are written back; a cluster that is freed is free only after that, when nothing on the disk leads to it
/// any more.
/// </summary>
internal sealed class QcowRefcounts
{
    private readonly ImageFile _file;
    private readonly int _clusterBits, _order;
    private readonly long _perBlock;
    private readonly Dictionary<int, Block> _blocks = [];
    private readonly List<long> _freed = [];
    private ulong[] _table;
    private long _tableOffset;
    private bool _isTableDirty;

    // No cluster below is free.
    private long _hint;

    /// <summary>The refcounts of an image.</summary>
    public QcowRefcounts(ImageFile file, QcowHeader header)
    {
        (_file, _clusterBits, _order) = (file, header.ClusterBits, header.RefcountOrder);
        _perBlock = (long)header.ClusterBytes * 8 >> _order;
        _tableOffset = header.RefcountTableOffset;
        int tableBytes = header.RefcountTableClusters << _clusterBits;
        _table = BigEndianTable.Read(file, _tableOffset, tableBytes / sizeof(ulong));
    }

    private int ClusterBytes => 1 << _clusterBits;

    /// <summary>How often a cluster is in use.</summary>
    public ulong Get(long cluster) =>
        cluster / _perBlock < _table.Length && BlockOf(cluster) is { } block
            ? Field(block.Bytes, cluster % _perBlock)
            : 0;

    /// <summary>Takes a cluster that is free.</summary>
    /// <returns>Where it is in the file; what it holds is of no meaning.</returns>
    public long Allocate()
    {
        while (Get(_hint) != 0)
        {
            if (_hint << _clusterBits >= _file.Length)
            {
                throw new IOException(
                    $"disk '{_file.Path}' is damaged: clusters behind the end of the file are in use");
            }
            _hint++;
        }
        long cluster = _hint++;
        if (cluster / _perBlock >= _table.Length || _table[cluster / _perBlock] == 0)
        {
            AddBlocks((int)(cluster / _perBlock));
            return Allocate();
        }
        Set(cluster, 1);
        return cluster << _clusterBits;
    }

    /// <summary>One use fewer of a cluster, from the time on when the change is on the disk that ends it.</summary>
    public void Free(long offset) => _freed.Add(offset >> _clusterBits);

    /// <summary>Puts what has changed into the file.</summary>
    public void WriteBack()
    {
        foreach ((int index, Block block) in _blocks)
        {
            if (block.IsDirty)
                _file.Write((long)_table[index], block.Bytes);
            block.IsDirty = false;
        }
        if (_isTableDirty)
            BigEndianTable.Write(_file, _tableOffset, _table);
        _isTableDirty = false;
    }

    /// <summary>Nothing on the disk leads to what was freed any more.</summary>
    /// <returns>Whether there is something to be written back now.</returns>
    public bool Release()
    {
        foreach (long cluster in _freed)
        {
            ulong count = Get(cluster);
            if (count == 0)
                continue;
            Set(cluster, count - 1);
            if (count == 1)
                _hint = Math.Min(_hint, cluster);
        }
        bool any = _freed.Count > 0;
        _freed.Clear();
        return any;
    }

    private Block? BlockOf(long cluster)
    {
        int index = (int)(cluster / _perBlock);
        if (_blocks.TryGetValue(index, out Block? block))
            return block;
        long offset = (long)_table[index];
        if (offset == 0)
            return null;
        if (offset < 0 || offset % ClusterBytes != 0 || offset >= _file.Length)
            throw new IOException($"disk '{_file.Path}' is damaged: refcounts at 0x{offset:x}, outside of the file");
        block = new Block(new byte[ClusterBytes]);
        _file.Read(offset, block.Bytes);
        _blocks.Add(index, block);
        return block;
    }

    private void Set(long cluster, ulong count)
    {
        Block block = BlockOf(cluster) ?? throw new IOException($"disk '{_file.Path}' is damaged: it has no refcounts");
        SetField(block.Bytes, cluster % _perBlock, count);
        block.IsDirty = true;
    }

    // New blocks, and a longer table where that is too short, lie at the start of what they describe: none of it is in
    // use yet.
    private void AddBlocks(int index)
    {
        long first = index * _perBlock;
        if (index < _table.Length)
        {
            AddBlock(index, first);
            Set(first, 1);
            return;
        }
        int length = Math.Max(2 * _table.Length, index + 1), blocks = 1;
        while (blocks * _perBlock < blocks + TableClusters(length))
        {
            blocks++;
            length = Math.Max(length, index + blocks);
        }
        (ulong[] old, long oldOffset) = (_table, _tableOffset);
        int tableClusters = TableClusters(length);
        _table = new ulong[tableClusters * ClusterBytes / sizeof(ulong)];
        old.CopyTo(_table, 0);
        for (int i = 0; i < blocks; i++)
            AddBlock(index + i, first + i);
        for (long cluster = first; cluster < first + blocks + tableClusters; cluster++)
            Set(cluster, 1);
        _tableOffset = first + blocks << _clusterBits;
        _isTableDirty = true;
        MoveTable(tableClusters);
        for (long cluster = 0; cluster < TableClusters(old.Length); cluster++)
            Free(oldOffset + (cluster << _clusterBits));
    }

    private void AddBlock(int index, long cluster)
    {
        _table[index] = (ulong)cluster << _clusterBits;
        _isTableDirty = true;
        _blocks[index] = new Block(new byte[ClusterBytes]) { IsDirty = true };
        _file.Extend(cluster + 1 << _clusterBits);
    }

    // The header leads to the new table only when that is there.
    private void MoveTable(int clusters)
    {
        WriteBack();
        _file.Flush();
        byte[] fields = new byte[sizeof(ulong) + sizeof(uint)];
        BinaryPrimitives.WriteInt64BigEndian(fields, _tableOffset);
        BinaryPrimitives.WriteInt32BigEndian(fields.AsSpan(sizeof(ulong)), clusters);
        _file.Write(48, fields);
        _file.Flush();
    }

    private int TableClusters(int entries) => (entries * sizeof(ulong) + ClusterBytes - 1) >> _clusterBits;

    // Fields narrower than a byte begin at its low end; wider ones are big-endian.
    private ulong Field(byte[] block, long index)
    {
        if (_order < 3)
        {
            int shift = (int)(index << _order & 7);
            return (uint)block[index << _order >> 3] >> shift & (1u << (1 << _order)) - 1;
        }
        ulong value = 0;
        foreach (byte part in block.AsSpan((int)(index << _order - 3), 1 << _order - 3))
            value = value << 8 | part;
        return value;
    }

    private void SetField(byte[] block, long index, ulong value)
    {
        if (_order < 3)
        {
            int shift = (int)(index << _order & 7), mask = (1 << (1 << _order)) - 1 << shift;
            ref byte held = ref block[index << _order >> 3];
            held = (byte)(held & ~mask | (int)value << shift);
            return;
        }
        Span<byte> field = block.AsSpan((int)(index << _order - 3), 1 << _order - 3);
        for (int i = field.Length - 1; i >= 0; i--, value >>= 8)
            field[i] = (byte)value;
    }

    private sealed class Block(byte[] bytes)
    {
        public byte[] Bytes => bytes;

        public bool IsDirty { get; set; }
    }
}
