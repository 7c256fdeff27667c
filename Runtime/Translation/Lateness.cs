namespace Dbt.Runtime.Translation;

/// <summary>
/// How late regions are published that were compiled at once: what a slow or busy compiler's thread does to a guest, in
/// a run that repeats exactly.
/// </summary>
/// <param name="Most">Instructions that go by at most between a region's request and its publication.</param>
/// <param name="Seed">Which pseudo-random ones.</param>
public readonly record struct Lateness(long Most, int Seed);
