using System.Text;
using Dbt.Tool.Guests;

namespace Dbt.Perf.Conformance;

/// <summary>Files of the folder Inside, which are for the guest.</summary>
internal static class InsideFile
{
    /// <summary>The bytes of one.</summary>
    public static byte[] Content(string name) =>
        EmbeddedFile.Find(typeof(InsideFile).Assembly, $"inside/{name}")
            ?? throw new InvalidOperationException($"{name} is no part of this program");

    /// <summary>The text of one.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(Content(name));
}
