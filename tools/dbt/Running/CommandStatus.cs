using System.Globalization;
using System.Text;

namespace Dbt.Tool.Running;

/// <summary>What init says on the third serial port when its command has ended: <c>exit N</c>.</summary>
internal sealed class CommandStatus
{
    // Whoever says more is not init.
    private const int Longest = 64;

    private readonly StringBuilder _said = new();

    /// <summary>The command's exit status; null where init has not said it.</summary>
    public int? Value => Parse(_said.ToString());

    /// <summary>Takes a byte of the port.</summary>
    public void Add(byte value)
    {
        if (_said.Length < Longest)
            _said.Append((char)value);
    }

    /// <summary>Reads what was said; null when it is something else.</summary>
    public static int? Parse(string said)
    {
        string[] words = said.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words is ["exit", _] && byte.TryParse(words[1], CultureInfo.InvariantCulture, out byte status)
            ? status
            : null;
    }
}
