using System.Reflection;

namespace Dbt.Tool.Guests;

/// <summary>Files that are part of a program.</summary>
internal static class EmbeddedFile
{
    /// <summary>The contents of one; null when there is none of that name.</summary>
    public static byte[]? Find(Assembly program, string name)
    {
        using Stream? stream = program.GetManifestResourceStream(name);
        if (stream is null)
            return null;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
