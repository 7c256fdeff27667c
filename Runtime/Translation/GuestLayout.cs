using Dbt.Runtime.Execution;
using Dbt.Translator.Emission;

namespace Dbt.Runtime.Translation;

/// <summary>Tells the translator where things are in <see cref="GuestState"/> and <see cref="Block"/>.</summary>
public static unsafe class GuestLayout
{
    /// <summary>The layout of this process.</summary>
    /// <param name="chain">Whether indirect jumps look for the next fragment themselves.</param>
    /// <param name="countEntries">Whether fragments count how often they are entered.</param>
    public static StateLayout Create(bool chain = true, bool countEntries = false)
    {
        GuestState state;
        Block block;
        return new StateLayout
        {
            Gpr = (int)((byte*)state.Gpr - (byte*)&state),
            Hi = (int)((byte*)&state.Hi - (byte*)&state),
            Lo = (int)((byte*)&state.Lo - (byte*)&state),
            Pc = (int)((byte*)&state.Pc - (byte*)&state),
            NextPc = (int)((byte*)&state.NextPc - (byte*)&state),
            Budget = (int)((byte*)&state.Budget - (byte*)&state),
            Fpr = (int)((byte*)state.Fpr - (byte*)&state),
            Fcsr = (int)((byte*)&state.Fcsr - (byte*)&state),
            Left = (int)((byte*)&state.Left - (byte*)&state),
            ExitWord = (int)((byte*)&state.ExitWord - (byte*)&state),
            PendingOperation = (int)((byte*)&state.PendingOperation - (byte*)&state),
            PendingOperands = (int)((byte*)state.PendingOperands - (byte*)&state),
            LinkBit = (int)((byte*)&state.LinkBit - (byte*)&state),
            LinkAddress = (int)((byte*)&state.LinkAddress - (byte*)&state),
            Mode = (int)((byte*)&state.Mode - (byte*)&state),
            ReadTable = (int)((byte*)&state.ReadTable - (byte*)&state),
            FetchTable = (int)((byte*)&state.FetchTable - (byte*)&state),
            WriteTable = (int)((byte*)&state.WriteTable - (byte*)&state),
            Cop0 = (int)((byte*)state.Cop0 - (byte*)&state),
            HwrEna = (int)((byte*)&state.Cop0[GuestState.HwrEna] - (byte*)&state),
            UserLocal = (int)((byte*)&state.Cop0[GuestState.UserLocal] - (byte*)&state),
            Kseg0 = (int)((byte*)&state.Kseg0 - (byte*)&state),
            StoreGuard = (int)((byte*)&state.StoreGuard - (byte*)&state),
            Blocks = (int)((byte*)&state.Blocks - (byte*)&state),
            BlockTable = chain ? (int)((byte*)&state.BlockTable - (byte*)&state) : null,
            Entries = countEntries ? (int)((byte*)&state.Entries - (byte*)&state) : null,
            BlockTableBits = BlockCache.SlotBits,
            BlockPc = (int)((byte*)&block.Pc - (byte*)&block),
            BlockHost = (int)((byte*)&block.Host - (byte*)&block),
            BlockMode = (int)((byte*)&block.Mode - (byte*)&block),
            BlockModeMask = (int)((byte*)&block.ModeMask - (byte*)&block),
            BlockCode = (int)((byte*)&block.Code - (byte*)&block),
            BlockLinks = (int)((byte*)&block.Links - (byte*)&block),
        };
    }
}
