namespace Dbt.Tool.Lines;

/// <summary>What a serial port can lead to.</summary>
internal enum LineKind
{
    /// <summary>Nothing: what is sent is gone.</summary>
    Null,

    /// <summary>Standard input and output.</summary>
    Stdio,

    /// <summary>A file, which is written.</summary>
    File,

    /// <summary>A TCP connection.</summary>
    Tcp,

    /// <summary>A connection through a socket in the file system.</summary>
    Unix,

    /// <summary>A terminal of the host that another program opens.</summary>
    Pty,
}

/// <summary>Where a serial port leads, as the user said it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Address">A path, or HOST:PORT; empty where it has none.</param>
/// <param name="IsServer">Whether others connect to it.</param>
/// <param name="Waits">Whether the guest starts only when one has.</param>
internal sealed record LineTarget(LineKind Kind, string Address = "", bool IsServer = false, bool Waits = false)
{
    /// <summary>What can be said.</summary>
    public const string Expected =
        "stdio, null, pty, file:PATH, tcp:HOST:PORT[,server][,nowait] or unix:PATH[,server][,nowait]";

    /// <summary>Reads one; null when it is none.</summary>
    public static LineTarget? Parse(string text)
    {
        string[] parts = text.Split(':', 2);
        return (parts[0], parts.Length) switch
        {
            ("null", 1) => new LineTarget(LineKind.Null),
            ("stdio", 1) => new LineTarget(LineKind.Stdio),
            ("pty", 1) => new LineTarget(LineKind.Pty),
            ("file", 2) when parts[1].Length > 0 => new LineTarget(LineKind.File, parts[1]),
            ("tcp", 2) => ParseSocket(LineKind.Tcp, parts[1]) is { } socket && socket.TcpPort is not null
                ? socket
                : null,
            ("unix", 2) => ParseSocket(LineKind.Unix, parts[1]),
            _ => null,
        };
    }

    /// <summary>The host of a TCP address; this one where it names none.</summary>
    public string TcpHost => Address[..Address.LastIndexOf(':')] is { Length: > 0 } host ? host : "127.0.0.1";

    /// <summary>The port of a TCP address; null where it is none.</summary>
    public int? TcpPort => ushort.TryParse(Address[(Address.LastIndexOf(':') + 1)..], out ushort port)
        && Address.Contains(':', StringComparison.Ordinal)
            ? port
            : null;

    /// <inheritdoc/>
    public override string ToString()
    {
        string kind = Kind.ToString().ToLowerInvariant();
        return Address.Length == 0 ? kind : $"{kind}:{Address}";
    }

    private static LineTarget? ParseSocket(LineKind kind, string text)
    {
        string[] words = text.Split(',');
        if (words[0].Length == 0)
            return null;
        LineTarget target = new(kind, words[0]);
        bool waits = true;
        foreach (string word in words[1..])
        {
            switch (word)
            {
                case "server" or "server=on":
                    target = target with { IsServer = true };
                    break;
                case "nowait" or "wait=off":
                    waits = false;
                    break;
                default:
                    return null;
            }
        }
        // Who connects has nobody to wait for.
        return target.IsServer ? target with { Waits = waits } : waits ? target : null;
    }
}
