using System.Reflection;
using Xunit;
using Xunit.Abstractions;

namespace Dbt.TestRoms;

/// <summary>
/// Classes of more than 20 seconds (<c>Order=first</c>) begin first, then what is slow; what is quick fills the end, where
/// one processor would wait for the other.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // What xUnit calls the collection of a class.
    private const string OfClass = "Test collection for ";

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Rank(TraitsOf(collection)));

    private static int Rank(ILookup<string, string> traits) =>
        traits["Order"].Contains("first") ? 0 : traits["Speed"].Contains("slow") ? 1 : 2;

    private static ILookup<string, string> TraitsOf(ITestCollection collection)
    {
        IEnumerable<CustomAttributeData> data = typeof(LongestFirst).Assembly.GetType(NameOf(collection))?.GetCustomAttributesData() ?? [];
        return data.Where(given => given.AttributeType == typeof(TraitAttribute))
            .ToLookup(given => (string)given.ConstructorArguments[0].Value!, given => (string)given.ConstructorArguments[1].Value!);
    }

    // Of the class that it is of, or that defines it.
    private static string NameOf(ITestCollection collection) =>
        collection.CollectionDefinition?.Name ?? collection.DisplayName.Replace(OfClass, "", StringComparison.Ordinal);
}
