using System.Reflection;
using Xunit;

namespace Dbt.TestRoms.Architecture;

/// <summary>The traits by which tests are chosen say what is so.</summary>
public sealed class TraitTests
{
    private static readonly MethodInfo[] s_tests =
    [
        .. typeof(TraitTests).Assembly.GetTypes().Where(type => type.IsPublic)
            .SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(FactAttribute))),
    ];

    [Fact]
    public void A_test_that_comes_to_the_user_s_guests_says_so() =>
        Assert.Equal([], s_tests.Where(ComesToGuests).Where(test => !NeedsGuests(test)).Select(NameOf));

    [Fact]
    public void A_class_that_says_so_has_one() => Assert.Equal(
        [],
        s_tests.Where(NeedsGuests).GroupBy(test => test.DeclaringType!).Where(tests => !tests.Any(ComesToGuests))
            .Select(tests => tests.Key.FullName));

    private static bool ComesToGuests(MethodInfo test) => CallGraph.Reaches(test, typeof(FetchedGuests));

    private static bool NeedsGuests(MethodInfo test) => IsSo(test) || IsSo(test.DeclaringType!);

    private static bool IsSo(MemberInfo member) => member.GetCustomAttributesData()
        .Any(data => data.AttributeType == typeof(TraitAttribute) && data.ConstructorArguments is [{ Value: "Needs" }, { Value: "guests" }]);

    private static string NameOf(MethodInfo test) => $"{test.DeclaringType!.FullName}.{test.Name}";
}
