namespace Dbt.Perf.Guests;

/// <summary>Benchmarks that share a geometric mean.</summary>
internal enum Suite
{
    /// <summary>Integer kernels on the bare board.</summary>
    Int,

    /// <summary>Floating-point kernels on the bare board.</summary>
    Fp,

    /// <summary>What people run: integer kernels, position-independent, in a process of Debian's.</summary>
    User,

    /// <summary>What people run: programs of Debian's packages.</summary>
    Programs,

    /// <summary>What an operating system does, inside Debian.</summary>
    System,

    /// <summary>Debian, from power-on to power-off.</summary>
    Boot,

    /// <summary>The same with the translations that an earlier run left.</summary>
    Warm,
}
