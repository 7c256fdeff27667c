using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Dbt.Runtime.Execution;

namespace Dbt.TestRoms.State;

/// <summary>A field of an object that can change while the machine runs.</summary>
/// <param name="Owner">The object.</param>
/// <param name="Field">The field.</param>
internal readonly record struct HeldField(object Owner, FieldInfo Field)
{
    /// <summary>The type that declares it and its name; a property's is the property's.</summary>
    public string Name
    {
        get
        {
            Type type = Field.DeclaringType!;
            string name = Field.Name.StartsWith('<') ? Field.Name[1..Field.Name.IndexOf('>', StringComparison.Ordinal)] : Field.Name;
            string owner = type.Name.Split('`')[0];
            return type.IsNested ? $"{type.DeclaringType!.Name}.{owner}.{name}" : $"{owner}.{name}";
        }
    }
}

/// <summary>Every field that can change, of every object of ours that can be reached from one: through fields, collections and delegates.</summary>
internal static unsafe class HeldFields
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<HeldField> ReachableFrom(object root, Func<Type, bool> leave)
    {
        List<HeldField> found = [];
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Stack<object> open = new([root]);
        while (open.TryPop(out object? visited))
        {
            if (!visited.GetType().IsValueType && !seen.Add(visited))
                continue;
            foreach (object next in Visit(visited, found, leave))
                open.Push(next);
        }
        return found;
    }

    private static IEnumerable<object> Visit(object visited, List<HeldField> found, Func<Type, bool> leave)
    {
        Type type = visited.GetType();
        if (visited is Delegate heard)
            return heard.GetInvocationList().Select(one => one.Target).OfType<object>();
        if (visited is IEnumerable many and not string && !IsOurs(type))
            return HoldsObjects(type) ? many.Cast<object?>().OfType<object>() : [];
        if (!IsOurs(type) && type.FullName?.StartsWith("System.ValueTuple", StringComparison.Ordinal) != true || leave(type))
            return [];
        List<object> next = [];
        for (Type? declaring = type; declaring is not null && declaring != typeof(object); declaring = declaring.BaseType)
        {
            foreach (FieldInfo field in declaring.GetFields(Own))
            {
                if (!IsClosure(type) && IsOurs(type) && !type.IsValueType && CanChange(field))
                    found.Add(new HeldField(visited, field));
                if (!field.FieldType.IsPointer && !field.FieldType.IsPrimitive && field.GetValue(visited) is { } value)
                    next.Add(value);
            }
        }
        return next;
    }

    // A field that is never assigned anew may still hold what changes: numbers in a collection, or memory. A primary constructor's parameter is not
    // assigned, and what it leads to has fields of its own.
    private static bool CanChange(FieldInfo field)
    {
        Type type = field.FieldType;
        bool isParameter = field.Name.EndsWith(">P", StringComparison.Ordinal);
        return !field.IsInitOnly && !isParameter && !typeof(Delegate).IsAssignableFrom(type) || type.IsPointer && type != typeof(GuestState*)
            || IsCollection(type) && !HoldsObjects(type);
    }

    private static bool IsCollection(Type type) => type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type) && !IsOurs(type);

    private static bool HoldsObjects(Type collection)
    {
        Type[] elements = collection.IsArray ? [collection.GetElementType()!] : collection.GetGenericArguments();
        return elements.Any(HasReferences);
    }

    private static bool HasReferences(Type element) =>
        !element.IsValueType || element.GetFields(Own).Any(field => field.FieldType != element && HasReferences(field.FieldType));

    private static bool IsOurs(Type type) => !type.IsArray && type.Assembly.GetName().Name is "Dbt.Runtime" or "Dbt.Hypervisor" or "Dbt.Translator";

    private static bool IsClosure(Type type) => type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);
}
