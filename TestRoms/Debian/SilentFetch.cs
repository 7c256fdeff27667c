using Dbt.Tool.Guests;

namespace Dbt.TestRoms.Debian;

/// <summary>A fetch that nobody watches.</summary>
internal sealed class SilentFetch : IFetchProgress
{
    public void Step(string what, Action<Action<double>> work) => work(_ => { });

    public void Note(string text) { }
}
