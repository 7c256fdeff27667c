using System.Text;

namespace Dbt.Runtime.State;

/// <summary>
/// Writes a machine's state: a header with a version, then each piece with its name, the size of its elements and its
/// bytes in the host's order, which is little-endian, and a mark where a part begins and ends.
/// </summary>
public sealed class StateWriter : StateWalk
{
    /// <summary>What every saved state begins with.</summary>
    internal const ulong Magic = 0x6574_6174_7374_6264;

    /// <summary>Counts the changes of the format. Another version is refused.</summary>
    internal const int Version = 1;

    /// <summary>What comes next.</summary>
    internal enum Mark : byte { Item = 1, Begin, End }

    private readonly BinaryWriter _writer;

    private StateWriter(BinaryWriter writer) => _writer = writer;

    /// <summary>Writes all that <paramref name="whole"/> holds to a stream, which stays open.</summary>
    public static void Write(Stream stream, IHasState whole)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(Version);
        whole.Walk(new StateWriter(writer));
    }

    /// <inheritdoc/>
    public override bool IsReading => false;

    /// <inheritdoc/>
    protected override void Item(string name, int size, Span<byte> bytes)
    {
        Write(Mark.Item, name);
        _writer.Write(size);
        _writer.Write(bytes.Length);
        _writer.Write(bytes);
    }

    /// <inheritdoc/>
    protected override void Begin(string name) => Write(Mark.Begin, name);

    /// <inheritdoc/>
    protected override void End(string name) => Write(Mark.End, name);

    private void Write(Mark mark, string name)
    {
        _writer.Write((byte)mark);
        _writer.Write(name);
    }
}
