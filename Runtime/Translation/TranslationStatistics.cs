namespace Dbt.Runtime.Translation;

/// <summary>What a translating engine did.</summary>
public sealed class TranslationStatistics
{
    /// <summary>Instructions that threaded code retired.</summary>
    public long Threaded { get; set; }

    /// <summary>Instructions that fragments retired.</summary>
    public long Translated { get; set; }

    /// <summary>Regions handed to the compiler.</summary>
    public long Requested { get; set; }

    /// <summary>
    /// Regions that could not be compiled: errors of the translator, which the guest does not notice.
    /// </summary>
    public long Refused { get; private set; }

    /// <summary>The first of them; null if there is none.</summary>
    public Refusal? FirstRefusal { get; private set; }

    /// <summary>Regions found in the library of earlier runs.</summary>
    public long Reused { get; set; }

    /// <summary>Fragments published.</summary>
    public long Fragments { get; set; }

    /// <summary>Of those, fragments for what had had one before.</summary>
    public long Retranslated { get; set; }

    /// <summary>Fragments published in place of a narrower one, with what is around it.</summary>
    public long Widened { get; set; }

    /// <summary>Fragments not published because their code had changed meanwhile.</summary>
    public long Discarded { get; set; }

    /// <summary>Fragments retired, because their code changed or what they took for granted did not hold.</summary>
    public long Retired { get; set; }

    /// <summary>Links made from one fragment to another.</summary>
    public long Linked { get; set; }

    /// <summary>The guest's time spent on forming regions.</summary>
    public TimeSpan Formation { get; set; }

    /// <summary>The translator's time spent on emitting IL.</summary>
    public TimeSpan Emission { get; set; }

    /// <summary>The translator's time spent in the JIT.</summary>
    public TimeSpan Jit { get; set; }

    /// <summary>How often translated code came back to the dispatcher.</summary>
    public long FragmentExits { get; set; }

    /// <summary>Counts a region that could not be compiled.</summary>
    /// <param name="pc">Guest virtual address of its entry.</param>
    /// <param name="failure">Why not.</param>
    public void Refuse(uint pc, Exception failure)
    {
        FirstRefusal ??= new Refusal(pc, $"{failure.GetType().Name}: {failure.Message}");
        Refused++;
    }
}
