using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;

namespace Dbt.Translator.Emission;

/// <summary>An IL generator that writes down what it is told to emit, and emits nothing.</summary>
public sealed class IlListing : ILGenerator
{
    private readonly List<string> _lines = [];
    private int _labels;

    /// <summary>The text: an instruction or a label a line.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>How many instructions there are.</summary>
    public int InstructionCount { get; private set; }

    /// <summary>How many locals there are.</summary>
    public int LocalCount { get; private set; }

    /// <inheritdoc/>
    public override int ILOffset => InstructionCount;

    /// <inheritdoc/>
    public override LocalBuilder DeclareLocal(Type localType, bool pinned) =>
        new ListedLocal(localType, LocalCount++, pinned);

    /// <inheritdoc/>
    public override Label DefineLabel() => CreateLabel(_labels++);

    /// <inheritdoc/>
    public override void MarkLabel(Label loc) => _lines.Add(NameOf(loc) + ":");

    /// <inheritdoc/>
    public override void Emit(OpCode opcode) => Write(opcode, "");

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, byte arg) => Write(opcode, Number(arg));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, double arg) =>
        Write(opcode, arg.ToString("R", CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, short arg) => Write(opcode, Number(arg));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, int arg) => Write(opcode, Number(arg));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, long arg) => Write(opcode, Number(arg));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, ConstructorInfo con) => Write(opcode, NameOf(con));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, Label label) => Write(opcode, NameOf(label));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, Label[] labels) => Write(opcode, string.Join(", ", labels.Select(NameOf)));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, LocalBuilder local) =>
        Write(opcode, $"v{local.LocalIndex} ({local.LocalType.Name})");

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, SignatureHelper signature) => Write(opcode, signature.ToString());

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, FieldInfo field) => Write(opcode, NameOf(field));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, MethodInfo meth) => Write(opcode, NameOf(meth));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, float arg) =>
        Write(opcode, arg.ToString("R", CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, string str) => Write(opcode, $"\"{str}\"");

    /// <inheritdoc/>
    public override void Emit(OpCode opcode, Type cls) => Write(opcode, cls.Name);

    /// <inheritdoc/>
    public override void EmitCall(OpCode opcode, MethodInfo methodInfo, Type[]? optionalParameterTypes) =>
        Emit(opcode, methodInfo);

    /// <inheritdoc/>
    public override void EmitCalli(
        OpCode opcode, CallingConventions callingConvention, Type? returnType, Type[]? parameterTypes,
        Type[]? optionalParameterTypes) =>
        Write(opcode, Signature(returnType, parameterTypes));

    /// <inheritdoc/>
    public override void EmitCalli(
        OpCode opcode, CallingConvention unmanagedCallConv, Type? returnType, Type[]? parameterTypes) =>
        Write(opcode, Signature(returnType, parameterTypes));

    /// <inheritdoc/>
    public override void BeginCatchBlock(Type? exceptionType) => throw NotUsed();

    /// <inheritdoc/>
    public override void BeginExceptFilterBlock() => throw NotUsed();

    /// <inheritdoc/>
    public override Label BeginExceptionBlock() => throw NotUsed();

    /// <inheritdoc/>
    public override void BeginFaultBlock() => throw NotUsed();

    /// <inheritdoc/>
    public override void BeginFinallyBlock() => throw NotUsed();

    /// <inheritdoc/>
    public override void EndExceptionBlock() => throw NotUsed();

    /// <inheritdoc/>
    public override void BeginScope() => throw NotUsed();

    /// <inheritdoc/>
    public override void EndScope() => throw NotUsed();

    /// <inheritdoc/>
    public override void UsingNamespace(string usingNamespace) => throw NotUsed();

    private void Write(OpCode opcode, string operand)
    {
        InstructionCount++;
        _lines.Add($"    {opcode.Name,-12} {operand}".TrimEnd());
    }

    private static NotSupportedException NotUsed() => new("translated code has no scopes and no exception blocks");

    private static string NameOf(Label label) => string.Create(CultureInfo.InvariantCulture, $"L{label.Id}");

    private static string NameOf(MemberInfo member) => $"{member.DeclaringType?.Name}.{member.Name}";

    private static string Signature(Type? returns, Type[]? takes) =>
        $"{returns?.Name ?? "void"}({string.Join(", ", (takes ?? []).Select(type => type.Name))})";

    // Addresses and masks read best in hexadecimal, counts and offsets in decimal.
    private static string Number(long value) =>
        value is > -4096 and < 4096 ? value.ToString(CultureInfo.InvariantCulture) : $"0x{value:x}";

    private sealed class ListedLocal(Type type, int index, bool pinned) : LocalBuilder
    {
        public override Type LocalType => type;

        public override int LocalIndex => index;

        public override bool IsPinned => pinned;
    }
}
