namespace Dbt.Translator.Emission;

/// <summary>The guest, as every emitted method gets it: its state is the first argument.</summary>
internal static class Guest
{
    /// <summary>The state: what lies in it, <see cref="StateLayout"/> says.</summary>
    public static NativeValue State { get; } = CodeEmitter.Argument<NativeValue>(0, ExpressionType.Native);

    /// <summary>A general register.</summary>
    public static IntValue Register(StateLayout layout, int register) => State.Int(layout.Gpr + 8 * register);

    /// <summary>HI and LO, as one number of 64 bits.</summary>
    public static LongValue Product(StateLayout layout) =>
        State.Int(layout.Hi).ToUInt64() << 32 | State.Int(layout.Lo).ToUInt64();

    /// <summary>s->Hi = (int)(product >> 32); s->Lo = (int)product;</summary>
    public static void SetProduct(CodeEmitter code, StateLayout layout, LongValue product)
    {
        code.Assign(State.Int(layout.Hi), (product >> 32).ToInt32());
        code.Assign(State.Int(layout.Lo), product.ToInt32());
    }
}
