namespace Dbt.Runtime.Storage;

/// <summary>
/// Where the clusters of a qcow2 image's disk are in its file (qcow2.txt, "Cluster mapping"): an L1 table of L2 tables
/// of entries. Changes are kept until they are written back.
/// </summary>
internal sealed class QcowMapping
{
    /// <summary>On an entry: the cluster is used by nothing else.</summary>
    public const ulong Copied = 1ul << 63;

    /// <summary>On an entry of an L2 table: it leads to compressed data.</summary>
    public const ulong Compressed = 1ul << 62;

    /// <summary>On an entry of an L2 table: the cluster reads as zeros, whatever it leads to.</summary>
    public const ulong Zero = 1;

    private const ulong OffsetMask = 0x00ff_ffff_ffff_fe00;

    // Kept at most, in bytes of tables: enough for a disk of 512 GB in clusters of 64 KB.
    private const long MostKept = 64 << 20;

    private readonly ImageFile _file;
    private readonly QcowRefcounts _refcounts;
    private readonly int _clusterBits, _l2Bits;
    private readonly long _l1Offset;
    private readonly ulong[] _l1;
    private readonly Dictionary<int, Table> _tables = [];
    private bool _isL1Dirty;

    /// <summary>The mapping of an image.</summary>
    public QcowMapping(ImageFile file, QcowHeader header, QcowRefcounts refcounts)
    {
        (_file, _refcounts, _clusterBits, _l1Offset) = (file, refcounts, header.ClusterBits, header.L1Offset);
        _l2Bits = _clusterBits - 3;
        _l1 = BigEndianTable.Read(file, header.L1Offset, header.L1Entries);
    }

    /// <summary>Whether so many tables are kept that they should be written back and forgotten.</summary>
    public bool IsFull => (long)_tables.Count << _clusterBits > MostKept;

    /// <summary>Where an entry leads to, in the file.</summary>
    public static long OffsetOf(ulong entry) => (long)(entry & OffsetMask);

    /// <summary>The entry of a cluster of the disk; 0 where there is none.</summary>
    public ulong this[long cluster] =>
        TableOf((int)(cluster >> _l2Bits)) is { } table ? table.Entries[IndexOf(cluster)] : 0;

    /// <summary>Makes another entry that of a cluster of the disk.</summary>
    public void Set(long cluster, ulong entry)
    {
        Table table = OwnTable((int)(cluster >> _l2Bits));
        table.Entries[IndexOf(cluster)] = entry;
        table.IsDirty = true;
    }

    /// <summary>Puts what has changed into the file, in an order that leads to nothing that is not there.</summary>
    public void WriteBack()
    {
        foreach ((int index, Table table) in _tables)
        {
            if (table.IsDirty)
                BigEndianTable.Write(_file, OffsetOf(_l1[index]), table.Entries);
            table.IsDirty = false;
        }
        if (!_isL1Dirty)
            return;
        _file.Flush();
        BigEndianTable.Write(_file, _l1Offset, _l1);
        _isL1Dirty = false;
    }

    /// <summary>Forgets what has been written back.</summary>
    public void Forget() => _tables.Clear();

    private int IndexOf(long cluster) => (int)(cluster & (1 << _l2Bits) - 1);

    private Table? TableOf(int index)
    {
        if (_tables.TryGetValue(index, out Table? table))
            return table;
        long offset = OffsetOf(_l1[index]);
        if (offset == 0)
            return null;
        if (offset % (1 << _clusterBits) != 0 || offset >= _file.Length)
            throw new IOException($"disk '{_file.Path}' is damaged: an L2 table at 0x{offset:x}, outside of the file");
        table = new Table(BigEndianTable.Read(_file, offset, 1 << _l2Bits));
        _tables.Add(index, table);
        return table;
    }

    // One that nothing else uses: a snapshot in the image may have the table, too.
    private Table OwnTable(int index)
    {
        Table? table = TableOf(index);
        if (table is not null && (_l1[index] & Copied) != 0)
            return table;
        if (table is null)
            _tables.Add(index, table = new Table(new ulong[1 << _l2Bits]));
        else
            _refcounts.Free(OffsetOf(_l1[index]));
        table.IsDirty = true;
        long offset = _refcounts.Allocate();
        _file.Extend(offset + (1 << _clusterBits));
        _l1[index] = (ulong)offset | Copied;
        _isL1Dirty = true;
        return table;
    }

    private sealed class Table(ulong[] entries)
    {
        public ulong[] Entries => entries;

        public bool IsDirty { get; set; }
    }
}
