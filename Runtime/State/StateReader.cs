using System.Text;

namespace Dbt.Runtime.State;

/// <summary>
/// Reads what <see cref="StateWriter"/> wrote, into a machine that names the same pieces in the same order.
/// </summary>
public sealed class StateReader : StateWalk
{
    private readonly BinaryReader _reader;

    private StateReader(BinaryReader reader) => _reader = reader;

    /// <summary>Puts into <paramref name="whole"/> what a stream holds of its like; the stream stays open.</summary>
    /// <exception cref="GuestSetupException">
    /// The stream holds no state, one of another version, or one that does not fit. What came before that is in.
    /// </exception>
    public static void Read(Stream stream, IHasState whole)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadUInt64() != StateWriter.Magic)
                throw new GuestSetupException("this is no saved state of a machine");
            int version = reader.ReadInt32();
            if (version != StateWriter.Version)
                RefuseVersion(version);
            whole.Walk(new StateReader(reader));
        }
        catch (Exception failure) when (failure is EndOfStreamException or FormatException
            or ArgumentOutOfRangeException)
        {
            throw new GuestSetupException("the saved state ends too soon, or is damaged", failure);
        }
    }

    /// <inheritdoc/>
    public override bool IsReading => true;

    /// <inheritdoc/>
    protected override void Item(string name, int size, Span<byte> bytes)
    {
        Expect(StateWriter.Mark.Item, name);
        (int savedSize, int savedBytes) = (_reader.ReadInt32(), _reader.ReadInt32());
        if ((savedSize, savedBytes) != (size, bytes.Length))
        {
            int saved = savedBytes / Math.Max(savedSize, 1);
            Refuse($"its '{PathOf(name)}' has {saved} of {savedSize} bytes, this machine's {bytes.Length / size} of {size}");
        }
        _reader.BaseStream.ReadExactly(bytes);
    }

    /// <inheritdoc/>
    protected override void Begin(string name) => Expect(StateWriter.Mark.Begin, name);

    /// <inheritdoc/>
    protected override void End(string name) => Expect(StateWriter.Mark.End, name);

    /// <inheritdoc/>
    protected override void Skip(string name)
    {
        Begin(name);
        for (int depth = 1; depth > 0;)
        {
            StateWriter.Mark mark = ReadMark();
            _ = _reader.ReadString();
            depth += mark switch { StateWriter.Mark.Begin => 1, StateWriter.Mark.End => -1, _ => 0 };
            if (mark != StateWriter.Mark.Item)
                continue;
            _ = _reader.ReadInt32();
            _ = _reader.ReadBytes(_reader.ReadInt32());
        }
    }

    private static void RefuseVersion(int version) => throw new GuestSetupException(
        $"the state was saved in version {version} of its format, and this dbt reads version {StateWriter.Version}: save it anew");

    private void Expect(StateWriter.Mark mark, string name)
    {
        StateWriter.Mark savedMark = ReadMark();
        string saved = _reader.ReadString();
        if ((savedMark, saved) != (mark, name))
            Refuse($"it has '{saved}' where this machine has '{PathOf(name)}'");
    }

    private StateWriter.Mark ReadMark() => (StateWriter.Mark)_reader.ReadByte();
}
