using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Dbt.TestRoms.Architecture;

/// <summary>Which methods of the tests a method may come to, as their IL says.</summary>
internal static class CallGraph
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Assembly s_tests = typeof(CallGraph).Assembly;

    private static readonly Dictionary<short, OpCode> s_opcodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(opcode => opcode.Value);

    private static readonly Dictionary<MethodBase, MethodBase[]> s_next = [];

    /// <summary>Whether a method, or what it calls, or what makes the types that it uses, uses a type.</summary>
    public static bool Reaches(MethodBase from, Type type)
    {
        HashSet<MethodBase> seen = [];
        Stack<MethodBase> open = new([from, .. Makers(from.DeclaringType!)]);
        while (open.TryPop(out MethodBase? method))
        {
            if (!seen.Add(method))
                continue;
            if (method.DeclaringType == type)
                return true;
            foreach (MethodBase next in Next(method))
                open.Push(next);
        }
        return false;
    }

    private static MethodBase[] Next(MethodBase method)
    {
        if (!s_next.TryGetValue(method, out MethodBase[]? next))
            s_next[method] = next = [.. Uses(method).Where(member => member.Module.Assembly == s_tests).SelectMany(Followed).Distinct()];
        return next;
    }

    // Whoever uses a member of a type has had it made; what is run by others than the program's text is all that iterators and lambdas have.
    private static IEnumerable<MethodBase> Followed(MemberInfo member)
    {
        Type type = Definition(member as Type ?? member.DeclaringType!);
        if (type.IsDefined(typeof(CompilerGeneratedAttribute)) && !type.Name.Contains("DisplayClass", StringComparison.Ordinal) && type.Name != "<>c")
            return type.GetMethods(All);
        return member is MethodBase method ? [Definition(method), .. Makers(type)] : Makers(type);
    }

    private static IEnumerable<MethodBase> Makers(Type type) => type.GetConstructors(All)
        .Concat(type.GetInterfaces().Where(IsFixture).SelectMany(made => Makers(Definition(made.GenericTypeArguments[0]))));

    private static bool IsFixture(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Xunit.IClassFixture<>)
            && type.GenericTypeArguments[0].Assembly == s_tests;

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static MethodBase Definition(MethodBase method) =>
        method.Module.ResolveMethod(method.MetadataToken)!;

    private static IEnumerable<MemberInfo> Uses(MethodBase method)
    {
        byte[] il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < il.Length;)
        {
            OpCode opcode = s_opcodes[il[at] == 0xfe ? (short)(0xfe00 | il[at + 1]) : il[at]];
            at += opcode.Size;
            if (opcode.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                yield return method.Module.ResolveMember(BitConverter.ToInt32(il, at), ofType, ofMethod)!;
            at += SizeOf(opcode.OperandType, il, at);
        }
    }

    private static int SizeOf(OperandType operand, byte[] il, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
        _ => 4,
    };
}
