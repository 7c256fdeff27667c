using System.Text;

namespace Dbt.Tool.Running;

/// <summary>The last lines of a console that nobody watched.</summary>
internal sealed class LastLines(int count)
{
    private const int LongestLine = 4096;

    private readonly Queue<string> _lines = new();
    private readonly StringBuilder _line = new();

    /// <summary>The lines, the unfinished one too.</summary>
    public IEnumerable<string> Lines => _line.Length == 0 ? _lines : _lines.Append(_line.ToString());

    /// <summary>Takes a byte of the console.</summary>
    public void Add(byte value)
    {
        if (value == '\n')
        {
            if (_lines.Count == count)
                _lines.Dequeue();
            _lines.Enqueue(_line.ToString());
            _line.Clear();
        }
        else if (value is >= 0x20 and < 0x7f or (byte)'\t' && _line.Length < LongestLine)
        {
            _line.Append((char)value);
        }
    }
}
