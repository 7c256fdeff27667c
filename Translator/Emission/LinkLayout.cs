namespace Dbt.Translator.Emission;

/// <summary>
/// The links of a fragment. A link slot is two words: the code to go on with, and the links to hand it. The first slots
/// lead out of translated code; one that leads to a guest address and is not linked yet leads back with its own
/// address.
/// </summary>
public static class LinkLayout
{
    /// <summary>Bytes of a link slot.</summary>
    public const int Bytes = 16;

    /// <summary>The link that leaves the unit at PC to the interpreter.</summary>
    public const int GiveUp = 0;

    /// <summary>
    /// The link that leaves for the hypervisor: the unit at PC is one instruction, and <see cref="StateLayout.Left"/>
    /// says what it met.
    /// </summary>
    public const int Leave = 1;

    /// <summary>
    /// The link that leaves the unit to the interpreter because a base register did not point into kseg0, as had been
    /// expected.
    /// </summary>
    public const int WindowMiss = 2;

    /// <summary>The first link that leads to a guest address.</summary>
    public const int FirstTarget = 3;

    /// <summary>
    /// Offset in the link slots of the number of entries until the fragment asks to be looked at: the second word of
    /// <see cref="GiveUp"/>, whose code has no use for it.
    /// </summary>
    public const int EntriesLeft = 8;

    /// <summary>
    /// Offset in the link slots of how often a page may still be looked up that is not held, until the fragment leaves
    /// through <see cref="WindowMiss"/>: the second word of <see cref="Leave"/>.
    /// </summary>
    public const int PagesLeft = 24;

    /// <summary>What a fragment returns, having done nothing, when <see cref="EntriesLeft"/> has run out.</summary>
    public const int Busy = 2;

    // Offsets in a link slot.
    internal const int Code = 0;
    internal const int Links = 8;
}
