using Dbt.Runtime.Memory;

namespace Dbt.Tool.Guests.Source;

/// <summary>Debian's cross compiler for one byte order.</summary>
internal sealed class CrossCompiler
{
    private CrossCompiler(string architecture)
    {
        Prefix = $"{architecture}-linux-gnu-";
        Tool = ($"{Prefix}gcc", $"gcc-{architecture}-linux-gnu");
        Library = ($"/usr/{architecture}-linux-gnu/lib/libc.a", $"libc6-dev-{architecture}-cross");
    }

    /// <summary>The one for guests of a byte order.</summary>
    public static CrossCompiler For(ByteOrder order) => new(order == ByteOrder.Big ? "mips" : "mipsel");

    /// <summary>What the names of its programs begin with.</summary>
    public string Prefix { get; }

    /// <summary>The compiler, and the package it is in.</summary>
    public (string Program, string Package) Tool { get; }

    /// <summary>The C library to link programs with, and the package it is in.</summary>
    public (string Path, string Package) Library { get; }
}
