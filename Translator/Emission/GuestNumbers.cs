using System.Buffers.Binary;
using System.Reflection;
using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>
/// Numbers in guest memory, in its byte order. They are reversed there and nowhere else, by what the JIT makes one
/// instruction with the access: registers are numbers.
/// </summary>
/// <param name="code">Where the code goes.</param>
/// <param name="isBigEndian">Whether the byte at the lowest address is the most significant one.</param>
internal sealed class GuestNumbers(CodeEmitter code, bool isBigEndian)
{
    private static readonly MethodInfo s_reverseInt16 = Reverse(typeof(short));
    private static readonly MethodInfo s_reverseUInt16 = Reverse(typeof(ushort));
    private static readonly MethodInfo s_reverseInt32 = Reverse(typeof(int));
    private static readonly MethodInfo s_reverseInt64 = Reverse(typeof(long));

    private readonly bool _reversed = isBigEndian == BitConverter.IsLittleEndian;

    /// <summary>*(T*)host, extended to 32 bits.</summary>
    public IntValue Load(AccessSize size, bool signed, NativeValue host) => (size, signed) switch
    {
        (AccessSize.Byte, true) => host.SByte(0),
        (AccessSize.Byte, false) => host.Byte(0),
        (AccessSize.Half, true) => InOrder(host.Int16(0), s_reverseInt16),
        (AccessSize.Half, false) => InOrder(host.UInt16(0), s_reverseUInt16),
        _ => InOrder(host.Int(0), s_reverseInt32),
    };

    /// <summary>*(T*)host = (T)value;</summary>
    public void Store(AccessSize size, NativeValue host, IntValue value)
    {
        switch (size)
        {
            case AccessSize.Byte:
                code.Assign(host.Byte(0), value);
                break;
            case AccessSize.Half:
                code.Assign(host.UInt16(0), InOrder(value, s_reverseUInt16));
                break;
            default:
                code.Assign(host.Int(0), InOrder(value, s_reverseInt32));
                break;
        }
    }

    /// <summary>*(float*)host or *(double*)host</summary>
    public FloatValue LoadFloat(AccessSize size, NativeValue host)
    {
        if (!_reversed)
            return size == AccessSize.Double ? host.Double(0) : host.Single(0);
        return size == AccessSize.Double
            ? Reversed(host.Long(0)).AsDouble()
            : InOrder(host.Int(0), s_reverseInt32).AsSingle();
    }

    /// <summary>*(float*)host = value; or *(double*)host = value;</summary>
    public void StoreFloat(NativeValue host, FloatValue value)
    {
        if (_reversed && value.IsDouble)
            code.Assign(host.Long(0), Reversed(value.Bits64()));
        else if (_reversed)
            code.Assign(host.Int(0), InOrder(value.Bits32(), s_reverseInt32));
        else
            code.Assign(value.IsDouble ? host.Double(0) : host.Single(0), value);
    }

    /// <summary>
    /// How far a word is shifted so that the part of it at an address meets the register's end (MD00086, LWL, LWR): 8 ×
    /// the byte lane, counted from the end of the word that the part does not reach.
    /// </summary>
    public Node ShiftOfPart(bool mostSignificant, Node address) =>
        Node.ShiftLeft((mostSignificant != isBigEndian ? ~address : address) & Node.Constant(3), Node.Constant(3));

    private IntValue InOrder(IntValue value, MethodInfo reverse)
    {
        if (!_reversed || value.Expression.IsNever)
            return value;
        return new(Expression.Call(reverse, ExpressionType.Int32, value.Expression));
    }

    /// <summary>The bytes of a word in the other order.</summary>
    public static IntValue Reversed(IntValue value) =>
        new(Expression.Call(s_reverseInt32, ExpressionType.Int32, value.Expression));

    private static LongValue Reversed(LongValue value) =>
        new(Expression.Call(s_reverseInt64, ExpressionType.Int64, value.Expression));

    private static MethodInfo Reverse(Type type) =>
        typeof(BinaryPrimitives).GetMethod(nameof(BinaryPrimitives.ReverseEndianness), [type])!;
}
