namespace Dbt.Runtime.Translation;

/// <summary>How to translate.</summary>
/// <param name="Threshold">How often a place is entered before a region is formed there.</param>
/// <param name="Chain">Whether fragments lead directly to each other.</param>
/// <param name="Translate">Whether regions are formed at all; else everything is threaded code.</param>
/// <param name="RamWindow">Bytes of RAM behind the start of kseg0.</param>
public sealed record TranslationOptions(int Threshold, bool Chain, bool Translate, uint RamWindow);
