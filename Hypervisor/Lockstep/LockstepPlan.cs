using Dbt.Hypervisor.Privileged;

namespace Dbt.Hypervisor.Lockstep;

/// <summary>What to compare, and how closely.</summary>
public sealed record LockstepPlan
{
    /// <summary>The machine. Its engine, and where it is translated, are set for each side.</summary>
    public required MachineConfiguration Machine { get; init; }

    /// <summary>The engine that is right.</summary>
    public Engine Reference { get; init; } = Engine.Interp;

    /// <summary>The patch policy of the reference; null for the machine's.</summary>
    public PatchPolicy? ReferencePatch { get; init; }

    /// <summary>The engine that is compared with it.</summary>
    public Engine Subject { get; init; } = Engine.Dbt;

    /// <summary>Instructions between two comparisons, on average.</summary>
    public int Step { get; init; } = 10_000;

    /// <summary>Comparisons of all other state for each one of RAM.</summary>
    public int MemoryInterval { get; init; } = 1000;

    /// <summary>Where the stops fall.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Damage done to the subject on purpose, to see that it is found.</summary>
    public LockstepFault? Fault { get; init; }

    /// <summary>Where the machines stop, in instructions since power-on: always the same places.</summary>
    public IEnumerable<long> Stops()
    {
        long limit = Machine.InstructionLimit ?? long.MaxValue;
#pragma warning disable CA5394 // The stops are to repeat, not to be secret.
        Random random = new(Seed);
        for (long at = 0; at < limit;)
            yield return at = Math.Min(limit, at + random.NextInt64(1, 2L * Step));
#pragma warning restore CA5394
    }
}

/// <summary>Damage to a machine.</summary>
/// <param name="After">Instructions since power-on.</param>
/// <param name="Damage">What is done to it then.</param>
public sealed record LockstepFault(long After, Action<VirtualMachine> Damage);
