using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Dbt.TestRoms.TestRun", "Dbt.TestRoms")]
[assembly: TestCollectionOrderer("Dbt.TestRoms.LongestFirst", "Dbt.TestRoms")]

namespace Dbt.TestRoms;

/// <summary>
/// A run of the tests. Nothing in it finds the user's guests, in this process or in those that it starts, but what asks
/// <see cref="FetchedGuests"/>. Half as many classes again run side by side as there are processors
/// (<c>xunit.runner.json</c>): some wait for processes and clocks.
/// </summary>
public sealed class TestRun : XunitTestFramework
{
    public TestRun(IMessageSink messages) : base(messages) => FetchedGuests.Hide();
}
