using System.Text;

namespace Dbt.Tool.Running;

/// <summary>
/// Listens to a console for what Linux says when it could not unpack all of its initial ramdisk, and then goes on
/// without the rest.
/// </summary>
internal sealed class UnpackingFailure
{
    private const string Said = "Initramfs unpacking failed: ";
    private const int LongestLine = 256;

    private readonly StringBuilder _line = new();

    /// <summary>What became of it, in a line for a person; null as long as the kernel has said nothing.</summary>
    public string? Line { get; private set; }

    /// <summary>Takes a byte of the console; whether it is the one that ends what the kernel says.</summary>
    public bool Hears(byte value)
    {
        if (value != '\n')
        {
            if (_line.Length < LongestLine && value is >= 0x20 and < 0x7f)
                _line.Append((char)value);
            return false;
        }
        string line = _line.ToString();
        _line.Clear();
        int said = line.IndexOf(Said, StringComparison.Ordinal);
        if (Line is not null || said < 0)
            return false;
        string reason = line[(said + Said.Length)..];
        string advice = reason == "write error" ? "; it has not the memory for them" : "";
        Line = $"the kernel could not unpack its initial ramdisk ({reason}), so that files are missing or cut short{advice}";
        return true;
    }
}
