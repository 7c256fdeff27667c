using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>Read-only memory: writes are ignored.</summary>
/// <param name="bytes">Size in bytes.</param>
/// <param name="order">The byte order of the processor on whose bus it is.</param>
public sealed class Rom(int bytes, ByteOrder order) : IBusTarget, IMappedContents, IHasState
{
    private readonly byte[] _contents = new byte[bytes];
    private int _used;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Contents => _contents;

    /// <inheritdoc/>
    public int UsedBytes => _used;

    /// <inheritdoc/>
    public bool IsReadable => true;

    /// <inheritdoc/>
    public event Action<int, int>? Changed;

    /// <inheritdoc/>
    public event Action? Switched { add { } remove { } }

    /// <summary>Puts <paramref name="contents"/> at <paramref name="offset"/>: what no guest can do.</summary>
    public void Program(int offset, ReadOnlySpan<byte> contents)
    {
        contents.CopyTo(_contents.AsSpan(offset));
        _used = Math.Max(_used, offset + contents.Length);
        Changed?.Invoke(offset, contents.Length);
    }

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Memory("contents", _contents);
        walk.Value("used", ref _used);
    }

    /// <inheritdoc/>
    public uint Read(uint offset, int bytes) => (uint)order.Read(_contents.AsSpan((int)offset, bytes));

    /// <inheritdoc/>
    public void Write(uint offset, int bytes, uint value) { }
}
