using System.Runtime.InteropServices;
using Dbt.Runtime.Execution;
using Dbt.Translator.Emission;

namespace Dbt.Runtime.Threaded;

/// <summary>
/// A predecoded instruction of threaded code, or what stands before and behind a block's instructions.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = OperationLayout.Size)]
public unsafe struct Operation
{
    /// <summary>The handler.</summary>
    [FieldOffset(OperationLayout.Handler)]
    public nint Handler;

    /// <summary>The meaning's constants.</summary>
    [FieldOffset(OperationLayout.Constants)]
    public fixed int Constants[4];

    /// <summary>Offset in the state of rs.</summary>
    [FieldOffset(OperationLayout.S)]
    public ushort S;

    /// <summary>Offset in the state of rt.</summary>
    [FieldOffset(OperationLayout.T)]
    public ushort T;

    /// <summary>Offset in the state of rt as a destination.</summary>
    [FieldOffset(OperationLayout.TOut)]
    public ushort TOut;

    /// <summary>Offset in the state of rd.</summary>
    [FieldOffset(OperationLayout.D)]
    public ushort D;

    /// <summary>Offset in the state of rd as a destination.</summary>
    [FieldOffset(OperationLayout.DOut)]
    public ushort DOut;

    /// <summary>Instructions of the block from this unit on; at a block's beginning, all of them.</summary>
    [FieldOffset(OperationLayout.Unexecuted)]
    public ushort Unexecuted;

    /// <summary>Address of the unit.</summary>
    [FieldOffset(OperationLayout.UnitPc)]
    public uint UnitPc;

    /// <summary>At a block's beginning: the block.</summary>
    [FieldOffset(8)]
    public Block* Block;

    /// <summary>At a block's beginning: where its frame's generation is kept.</summary>
    [FieldOffset(16)]
    public uint* Generation;

    /// <summary>
    /// At a block's beginning: <see cref="GuestState.CodeChanges"/> when it was last found to be good.
    /// </summary>
    [FieldOffset(24)]
    public ulong Changes;

    /// <summary>At a block's end: a place execution went from here, and the beginning of the block there.</summary>
    [FieldOffset(8)]
    public Operation* FirstLink;

    /// <summary>At a block's end: another.</summary>
    [FieldOffset(16)]
    public Operation* SecondLink;

    /// <summary>At a block's end: address behind the block.</summary>
    [FieldOffset(24)]
    public uint Fall;

    /// <summary>At a block's end: address of the block.</summary>
    [FieldOffset(28)]
    public uint Start;

    /// <summary>
    /// At a block's end: not 0 if it is a call, a return, or another jump that is no conditional branch.
    /// </summary>
    [FieldOffset(32)]
    public int Leaps;
}
