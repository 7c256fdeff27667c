using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Translator.Instructions;
using static Dbt.Hypervisor.Privileged.Cop0Register;

namespace Dbt.Hypervisor.Memory;

/// <summary>
/// Asks the guest's own refill handler for a translation, without letting the guest run: its instructions are carried
/// out on registers that are thrown away, up to its ERET. So it is the guest that says where its page tables are and
/// what they mean, and nothing is assumed about either. A handler that stores, waits, or reads what is not in unmapped
/// memory gives no answer.
/// </summary>
/// <param name="state">The guest's registers.</param>
/// <param name="context">Whose handler it is.</param>
/// <param name="pmap">What is behind its physical pages.</param>
/// <param name="ram">The host pages.</param>
public sealed unsafe class RefillHandler(
    GuestState* state, PrivilegedContext context, GuestPmap pmap, GuestRam ram) : IRefillMemory
{
    /// <summary>How many words of page tables a handler may read.</summary>
    public const int MostSources = 4;

    private const int MostInstructions = 64;
    private static readonly InstructionRow<RefillProcessor>[] s_rows = InstructionTable<RefillProcessor, Word32>.Rows;
    private static readonly Meaning<RefillProcessor>[] s_meanings = [.. s_rows.Select(row => row.Meaning)];
    private static readonly Decoder s_decoder = new(s_rows);

    private readonly ByteOrder _order = context.Model.ByteOrder;
    private readonly uint[] _sources = new uint[MostSources];
    private int _sourceCount;
    private uint _entryLo0, _entryLo1, _pageMask, _entryHi;
    private bool _written;

    /// <summary>
    /// The words of page tables that the last answer was made from, by frame × 1024 + index: those whose address
    /// depends on the address at fault. What does not, says where the tables are.
    /// </summary>
    public ReadOnlySpan<uint> Sources => _sources.AsSpan(0, _sourceCount);

    /// <summary>The entry that the handler would write for an address.</summary>
    public bool TryAsk(uint address, int asid, out TlbEntry entry)
    {
        entry = default;
        // With EXL set the processor goes to the general handler; with BEV, to the boot monitor's.
        if ((context.Cop0[Status] & (StatusBits.Exl | StatusBits.Erl | StatusBits.Bev)) != 0)
            return false;
        RefillProcessor cpu = new(this);
        for (int register = 1; register < 32; register++)
            cpu.Set(register, (uint)state->Gpr[register], dependent: false);
        (_entryLo0, _entryLo1, _pageMask) = (context.Cop0[EntryLo0], context.Cop0[EntryLo1], context.Cop0[PageMask]);
        _entryHi = address & ~0x1fffu | (uint)asid;
        _sourceCount = 0;
        _written = false;

        uint pc = context.Cop0[EBase] & 0xffff_f000;
        for (int i = 0; i < MostInstructions; i++)
        {
            cpu.ForgetBranch();
            if (!Execute(ref cpu, pc, address))
                return false;
            if (cpu.Left == ExitReason.Eret)
            {
                entry = TlbEntry.Of(_pageMask, _entryHi, _entryLo0, _entryLo1);
                return _written && _sourceCount > 0 && entry.Matches(address, asid);
            }
            if (!IsBranch(cpu.Fields))
            {
                pc += 4;
                continue;
            }
            uint next = cpu.Taken ? cpu.Target : pc + 8;
            if (!cpu.Nullified
                && (!Execute(ref cpu, pc + 4, address) || cpu.Left == ExitReason.Eret || IsBranch(cpu.Fields)))
                return false;
            pc = next;
        }
        return false;
    }

    /// <inheritdoc/>
    bool IRefillMemory.TryLoad(uint address, AccessSize size, bool dependent, out uint value)
    {
        value = 0;
        byte* host = HostOf(address, (uint)size, out uint word);
        if (host == null || dependent && _sourceCount == MostSources)
            return false;
        if (dependent)
            _sources[_sourceCount++] = word;
        value = (uint)_order.Read(new ReadOnlySpan<byte>(host, (int)size));
        return true;
    }

    /// <summary>Carries out an instruction; <see langword="false"/> if only the guest can.</summary>
    private bool Execute(ref RefillProcessor cpu, uint pc, uint address)
    {
        byte* host = HostOf(pc, 4, out _);
        if (host == null)
            return false;
        uint word = _order.Word(new ReadOnlySpan<byte>(host, sizeof(uint)));
        cpu.Begin(pc, word);
        s_meanings[s_decoder.Find(word)](ref cpu);
        if (cpu.Failed)
            return false;
        int register = cpu.Fields.Rd * 8 + cpu.Fields.Sel;
        switch (cpu.Left)
        {
            case ExitReason.None or ExitReason.Eret:
                return true;
            case ExitReason.Mfc0:
                return TryRead(ref cpu, register, address);
            case ExitReason.Mtc0:
                return TryWrite(register, cpu[cpu.Fields.Rt] & context.Model.Writable(register));
            case ExitReason.Tlbwr when !_written:
                return _written = true;
            default:
                return false;
        }
    }

    private bool TryRead(ref RefillProcessor cpu, int register, uint address)
    {
        (uint value, bool dependent) = register switch
        {
            BadVAddr => (address, true),
            Context => (context.Cop0[Context] & 0xff80_0000 | address >> 13 << 4, true),
            EntryHi => (_entryHi, true),
            EntryLo0 => (_entryLo0, true),
            EntryLo1 => (_entryLo1, true),
            PageMask => (_pageMask, false),
            _ => (context.Cop0[register], false),
        };
        cpu.Set(cpu.Fields.Rt, value, dependent);
        return register is not (Count or Cop0Register.Random or Cause or Epc or Status);
    }

    private bool TryWrite(int register, uint value)
    {
        // What TLBWR wrote is in the TLB; the handler may put PageMask back afterwards.
        if (_written)
            return register == PageMask;
        switch (register)
        {
            case EntryLo0: _entryLo0 = value; return true;
            case EntryLo1: _entryLo1 = value; return true;
            case PageMask: _pageMask = value; return true;
            default: return false;
        }
    }

    private byte* HostOf(uint address, uint size, out uint word)
    {
        word = 0;
        AddressMap map = context.Model.AddressMap;
        if (map.Of(address).Kind != SegmentKind.Unmapped || (address & size - 1) != 0)
            return null;
        uint physical = AddressMap.Physical(address);
        PmapEntry page = pmap[physical];
        if (!page.IsPresent)
            return null;
        word = (uint)page.Frame << ShadowTlb.PageShift - 2 | (physical & 0xfff) >> 2;
        return (byte*)ram.HostPage(page.Frame) + (physical & 0xfff);
    }

    private static bool IsBranch(Instruction instruction) =>
        s_rows[s_decoder.Find(instruction.Word)].Has(InstructionFlags.Branch);
}
