/* The virtualization module (MD00846), where there is one; where there is none, that it is reserved. */
#include "root.h"

extern piece root_vector, guest_vector;
extern piece g_nothing, g_wait, g_mfc0_prid, g_mfc0_config7, g_mfc0_lladdr, g_mfc0_debug, g_mtc0_desave, g_mfc0_watchlo, g_mtc0_watchlo;
extern piece g_mfc0_errctl, g_mtc0_errctl, g_mfc0_perfctl, g_mfc0_srsctl, g_mtc0_count, g_mfc0_count, g_mfc0_compare, g_mtc0_compare, g_rdhwr_cc;
extern piece g_mtc0_config, g_mfc0_config1, g_mfc0_config3, g_index_invalidate, g_index_writeback, g_index_store_tag, g_hit_writeback;
extern piece g_mfc0_entryhi, g_mtc0_entryhi, g_tlbp, g_eret, g_di, g_mtc0_status, g_mtc0_cause, g_mtc0_intctl, g_mfc0_cause;
extern piece g_mfgc0, g_mfhgc0, g_mthgc0, g_tlbgwi, g_reserved, g_syscall, g_float, g_misaligned, g_tlbinvf, g_kscratch, g_wait_for_interrupt;
extern piece g_wait_in_slot, g_load_in_slot, g_hypcall_3, g_sum;

#define BOTH_16M	0x01ffe000	/* PageMask of 16 MB pages */

static u32 ids, fixed;		/* the guest that runs; what is read-only in GuestCtl0 */

static u32 word_at(piece code) { return *(const u32 *)code; }

void be_guest(u32 id)
{
	ids = id << 16 | id;
	if (has_ids)
		mtc0(C0_GUESTCTL1, ids);
}

/* Root's entry for a guest's physical pages. */
void map_physical(u32 index, u32 mask, u32 gpa, u32 lo0, u32 lo1)
{
	mtc0(C0_INDEX, index);
	mtc0(C0_PAGEMASK, mask);
	mtc0(C0_ENTRYHI, gpa);
	mtc0(C0_ENTRYLO0, lo0);
	mtc0(C0_ENTRYLO1, lo1);
	asm volatile("tlbwi\n\tehb" : : : "memory");
	mtc0(C0_PAGEMASK, 0);
	mtc0(C0_ENTRYHI, 0);
}

/* The guest's entry, written by root. */
void map_virtual(u32 index, u32 mask, u32 entryhi, u32 lo0, u32 lo1)
{
	mtgc0(C0_INDEX, index);
	mtgc0(C0_PAGEMASK, mask);
	mtgc0(C0_ENTRYHI, entryhi);
	mtgc0(C0_ENTRYLO0, lo0);
	mtgc0(C0_ENTRYLO1, lo1);
	tlbgwi();
	mtgc0(C0_ENTRYHI, 0);
	mtgc0(C0_PAGEMASK, 0);
}

/* A guest that has everything, its physical memory where root's is. */
void reset_guest(void)
{
	root_status = STATUS_CU1;
	mtc0(C0_GUESTCTL0, CTL0_GENEROUS);
	mtc0(C0_GUESTCTL0EXT, CTL0EXT_CGI);
	mtc0(C0_GUESTCTL2, 0);
	mtc0(C0_CAUSE, 0);
	be_guest(1);
	tlbinvf();
	tlbginvf();
	map_physical(0, BOTH_16M, 0, LO(0), LO(0x01000000));
	mtgc0(C0_STATUS, GUEST_STATUS);
	mtgc0(C0_CAUSE, 0);
	mtgc0(C0_EBASE, GUEST_EBASE);
	mtgc0(C0_CONFIG1, (mfgc0(C0_CONFIG1) & ~CONFIG1_MMUSIZE) | CONFIG1_FP | (OWN_ENTRIES - 1) << 25);
}

static void exits_with(const char *name, u32 gexc, const struct vmexit *e)
{
	check_of(name, "ExcCode is GE", EXC_GE, CAUSE_CODE(e->cause));
	check_of(name, "GExcCode", gexc, GEXC(e->ctl0));
	check_of(name, "at the general vector", 0x180, e->vector);
	check_of(name, "GM stays, EXL is set", CTL0_GM | STATUS_EXL, (e->ctl0 & CTL0_GM) | (e->status & STATUS_EXL));
}

static void exits_at(const char *name, u32 gexc, piece code, const struct vmexit *e)
{
	exits_with(name, gexc, e);
	check_of(name, "EPC", (u32)code, e->epc);
	check_of(name, "BadInstr", word_at(code), e->badinstr);
	check_of(name, "not in a delay slot", 0, e->cause & CAUSE_BD);
}

/* It runs to its HYPCALL: what is in v0 then. */
u32 runs(const char *name, const struct vmexit *e)
{
	check_of(name, "runs", EXC_GE << 8 | GEXC_HC, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	return e->v0;
}

/* The guest takes an exception itself: its ExcCode. */
u32 taken_by_guest(const char *name, const struct vmexit *e)
{
	check_of(name, "is the guest's own", EXC_GE << 8 | GEXC_HC, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	check_of(name, "at the guest's vector", GUEST_EBASE >> 12, e->epc >> 12);
	return CAUSE_CODE(e->v0);
}

struct word { const char *name; u32 word; };

static void are_reserved(const struct word *words, u32 count)
{
	static u32 code[3] = { 0, 0x03e00008, 0 };
	for (u32 i = 0; i < count; i++) {
		code[0] = words[i].word;
		sync_code(code, sizeof code);
		const struct trap *t = run(code, 0, KERNEL, 0);
		check_of(words[i].name, "is reserved", EXC_RI, t->count ? CAUSE_CODE(t->cause) : 0);
	}
}

static void reserved_without(void)
{
	static const struct word words[] = {
		{ "tlbinv", 0x42000003 }, { "tlbinvf", 0x42000004 }, { "mfgc0", 0x40626000 }, { "mtgc0", 0x40626200 }, { "tlbgr", 0x42000009 },
		{ "tlbgwi", 0x4200000a }, { "tlbginv", 0x4200000b }, { "tlbginvf", 0x4200000c }, { "tlbgwr", 0x4200000e }, { "tlbgp", 0x42000010 },
		{ "hypcall", 0x42000028 },
	};
	are_reserved(words, COUNT_OF(words));
}

/* Registers with a second half are there where Config5.MVH says so: here without Config5, on any processor. */
static void without_second_halves(void)
{
	static const struct word words[] = {
		{ "mfhgc0", 0x40626400 }, { "mthgc0", 0x40626600 }, { "mfhc0", 0x40426000 }, { "mthc0", 0x40c26000 },
	};
	are_reserved(words, COUNT_OF(words));
}

/* name, register, what it holds, what root can change of it. */
#define ROOT_REGISTERS(X) \
	X(GuestCtl0Ext, C0_GUESTCTL0EXT, 0, 0x18) \
	X(GuestCtl2, C0_GUESTCTL2, 0, 0x3f00fc00) \
	X(GTOffset, C0_GTOFFSET, 0, 0xffffffff) \
	X(EntryHi, C0_ENTRYHI, 0, 0xffffe4ff) \
	X(PageGrain, C0(5, 1), 0, 0xc8000000) \
	X(KScratch1, C0_KSCRATCH1, 0, 0xffffffff) \
	X(Config4, C0_CONFIG4, 0x40fc0000, 0)

#define GUEST_REGISTERS(X) \
	X(Index, C0_INDEX, 0, shares_tlb ? 0x3f : 0x1f) \
	X(Wired, C0_WIRED, 0, shares_tlb ? 0x3f : 0x1f) \
	X(Context, C0_CONTEXT, 0, 0xfffffff0) \
	X(BadVAddr, C0_BADVADDR, 0, 0xffffffff) \
	X(BadInstr, C0_BADINSTR, 0, 0xffffffff) \
	X(BadInstrP, C0_BADINSTRP, 0, 0xffffffff) \
	X(EntryHi, C0_ENTRYHI, 0, 0xffffe4ff) \
	X(Status, C0_STATUS, 0x00400004, 0x3678ff1f) \
	X(IntCtl, C0_INTCTL, 0xe0000000, 0x3e0) \
	X(EPC, C0_EPC, 0, 0xffffffff) \
	X(EBase, C0_EBASE, 0x80000000, 0x3ffff3ff) \
	X(PRId, C0(15, 0), 0x00019300, 0) \
	X(Config1, C0_CONFIG1, shares_tlb ? 0xfe190c81 : 0xbe190c81, CONFIG1_FP | CONFIG1_WR | (shares_tlb ? CONFIG1_MMUSIZE : 0)) \
	X(Config3, C0_CONFIG3, 0x8c001000, 0) \
	X(PageGrain, C0(5, 1), 0, 0xc8000000) \
	X(EntryLo0, C0_ENTRYLO0, 0, 0xc3ffffff) \
	X(Config4, C0_CONFIG4, 0x40fc0000, 0) \
	X(Config5, C0(16, 5), 0, 0) \
	X(ErrorEPC, C0_ERROREPC, 0, 0xffffffff) \
	X(GuestCtl0, C0_GUESTCTL0, 0, 0) \
	X(KScratch6, C0(31, 7), 0, 0xffffffff)

#define ROOT(name, reg, reset, mask) { \
	u32 before = mfc0(reg), ones, zeros; \
	mtc0(reg, 0xffffffff); ones = mfc0(reg); mtc0(reg, 0); zeros = mfc0(reg); mtc0(reg, before); \
	check_of(#name, "at reset", reset, before); \
	check_of(#name, "what root can change", mask, ones ^ zeros); \
}

#define GUEST(name, reg, reset, mask) { \
	u32 before = mfgc0(reg), ones, zeros; \
	mtgc0(reg, 0xffffffff); ones = mfgc0(reg); mtgc0(reg, 0); zeros = mfgc0(reg); mtgc0(reg, before); \
	check_of("guest " #name, "at reset", reset, before); \
	check_of("guest " #name, "what root can change", mask, ones ^ zeros); \
}

static void registers(void)
{
	fixed = mfc0(C0_GUESTCTL0);
	check("GuestCtl0 at reset", has_ids ? 0x0c480080 : 0x0c080280, fixed);
	fixed &= ~CTL0_AT_GUEST;
	mtc0(C0_GUESTCTL0, 0xffffffff & ~CTL0_GM);
	check("GuestCtl0: what can be written", 0x7f80fc01 | (has_ids ? CTL0_DRG : 0) | fixed, mfc0(C0_GUESTCTL0));
	mtc0(C0_GUESTCTL0, 0);
	check("GuestCtl0: what cannot be cleared", fixed, mfc0(C0_GUESTCTL0));
	mtc0(C0_GUESTCTL1, 0xffffffff);
	check("GuestCtl1 has 8 bits of each, or none", has_ids ? 0x00ff00ff : 0, mfc0(C0_GUESTCTL1));
	mtc0(C0_GUESTCTL1, 0);
	check("Config3 of root", 0x8c801000, mfc0(C0_CONFIG3));
	ROOT_REGISTERS(ROOT)
	GUEST_REGISTERS(GUEST)
	mtgc0(C0_CAUSE, 0xffffffff);
	check("guest Cause: what root can change", 0xf8c0837c, mfgc0(C0_CAUSE));
	mtgc0(C0_CAUSE, 0);
	check("guest Cause: the timer's interrupt goes with TI", 0, mfgc0(C0_CAUSE));
}

static void sensitive_instructions(void)
{
	static const struct { const char *name; const char *code; } always[] = {
		{ "wait", g_wait }, { "mfc0 PRId", g_mfc0_prid }, { "mfc0 Config7", g_mfc0_config7 }, { "mfc0 LLAddr", g_mfc0_lladdr },
		{ "mfc0 Debug", g_mfc0_debug }, { "mtc0 DESAVE", g_mtc0_desave }, { "mfc0 WatchLo", g_mfc0_watchlo }, { "mtc0 WatchLo", g_mtc0_watchlo },
		{ "mfc0 ErrCtl", g_mfc0_errctl }, { "mtc0 ErrCtl", g_mtc0_errctl }, { "mfc0 PerfCtl", g_mfc0_perfctl }, { "mfc0 SRSCtl", g_mfc0_srsctl },
		{ "mtc0 Count", g_mtc0_count }, { "cache index store tag", g_index_store_tag },
	};
	static const struct { const char *name; const char *code; u32 taken; } unless[] = {
		{ "mfc0 Count without GT", g_mfc0_count, CTL0_GT }, { "mfc0 Compare without GT", g_mfc0_compare, CTL0_GT },
		{ "mtc0 Compare without GT", g_mtc0_compare, CTL0_GT }, { "rdhwr CC without GT", g_rdhwr_cc, CTL0_GT },
		{ "cache hit without CG", g_hit_writeback, CTL0_CG }, { "cache index without CG", g_index_invalidate, CTL0_CG },
		{ "mtc0 Config without CF", g_mtc0_config, CTL0_CF },
		{ "mfc0 Status without CP0", g_mtc0_status, CTL0_CP0 }, { "di without CP0", g_di, CTL0_CP0 }, { "eret without CP0", g_eret, CTL0_CP0 },
		{ "tlbp without CP0", g_tlbp, CTL0_CP0 }, { "cache without CP0", g_hit_writeback, CTL0_CP0 },
		{ "tlbp with AT of root", g_tlbp, 0x08000000 }, { "tlbwr with AT of root", g_tlbwr, 0x08000000 },
		{ "tlbinvf with AT of root", g_tlbinvf, 0x08000000 }, { "mtc0 EntryHi with AT of root", g_mtc0_entryhi, 0x08000000 },
	};
	for (u32 i = 0; i < COUNT_OF(always); i++) {
		reset_guest();
		exits_at(always[i].name, GEXC_GPSI, always[i].code, guest(always[i].code, 0x80200000, 0));
	}
	for (u32 i = 0; i < COUNT_OF(unless); i++) {
		reset_guest();
		mtc0(C0_GUESTCTL0, CTL0_GENEROUS & ~unless[i].taken);
		exits_at(unless[i].name, GEXC_GPSI, unless[i].code, guest(unless[i].code, 0x80200000, 0));
	}
	reset_guest();
	mtc0(C0_GUESTCTL0EXT, 0);
	exits_at("cache index without CGI", GEXC_GPSI, g_index_invalidate, guest(g_index_invalidate, 0x80200000, 0));
	runs("cache hit without CGI", guest(g_hit_writeback, 0x80200000, 0));

	const struct vmexit *e = guest(g_wait_in_slot, 0, 0);
	exits_with("wait in a delay slot", GEXC_GPSI, e);
	check("wait in a delay slot: EPC is the branch's", (u32)g_wait_in_slot, e->epc);
	check("wait in a delay slot: BD", CAUSE_BD, e->cause & CAUSE_BD);
	check("wait in a delay slot: BadInstr", word_at(g_wait_in_slot + 4), e->badinstr);
	check("wait in a delay slot: BadInstrP", word_at(g_wait_in_slot), e->badinstrp);
}

static void what_a_guest_may(void)
{
	static const struct { const char *name; const char *code; } free[] = {
		{ "cache index invalidate", g_index_invalidate }, { "cache index write back", g_index_writeback }, { "cache hit", g_hit_writeback },
		{ "mtc0 Config", g_mtc0_config }, { "mtc0 Compare", g_mtc0_compare }, { "mtc0 EntryHi", g_mtc0_entryhi }, { "tlbp", g_tlbp },
		{ "tlbwr", g_tlbwr }, { "tlbinvf", g_tlbinvf }, { "di", g_di }, { "rdhwr CC", g_rdhwr_cc },
	};
	for (u32 i = 0; i < COUNT_OF(free); i++) {
		reset_guest();
		runs(free[i].name, guest(free[i].code, 0x80200000, 0));
	}
	reset_guest();
	check("a guest's Config3 has no VZ", 0x8c001000, runs("mfc0 Config3", guest(g_mfc0_config3, 0, 0)));
	check("its KScratch is its own", 0x1234, runs("KScratch", guest(g_kscratch, 0x1234, 0)));
	mtc0(C0_KSCRATCH1, 0x5678);
	check("root's is root's", 0x1234 << 16 | 0x5678, mfgc0(C0_KSCRATCH1) << 16 | mfc0(C0_KSCRATCH1));
}

/* Root edits the guest's Config1: the guest sees it, and traps where it has lost the feature. */
static void configuration(void)
{
	reset_guest();
	check("coprocessor 1 is there", CONFIG1_FP, runs("mfc0 Config1", guest(g_mfc0_config1, 0, 0)) & CONFIG1_FP);
	check("and runs", 0x1234, runs("mtc1", guest(g_float, 0x1234, 0)));
	mtgc0(C0_CONFIG1, mfgc0(C0_CONFIG1) & ~CONFIG1_FP);
	check("root takes it away", 0, runs("mfc0 Config1", guest(g_mfc0_config1, 0, 0)) & CONFIG1_FP);
	const struct vmexit *e = guest(g_float, 0x1234, 0);
	check("and it is unusable, as the guest is told", EXC_CPU, taken_by_guest("mtc1 without FP", e));
	check("unit 1", 1, CAUSE_CE(e->v0));

	/* Watchpoints and the debugger are root's until root gives them away. */
	reset_guest();
	mtgc0(C0_CONFIG1, mfgc0(C0_CONFIG1) | CONFIG1_WR);
	runs("mtc0 WatchLo with WR", guest(g_mtc0_watchlo, 0xabcd0, 0));
	check("the watchpoint is the guest's", 0xabcd0, mfgc0(C0(18, 0)));
	check("and not root's", 0, mfc0(C0(18, 0)));
	exits_at("mfc0 Debug with WR", GEXC_GPSI, g_mfc0_debug, guest(g_mfc0_debug, 0, 0));
	mtgc0(C0_CONFIG1, mfgc0(C0_CONFIG1) & ~CONFIG1_WR);
	exits_at("mtc0 WatchLo without WR", GEXC_GPSI, g_mtc0_watchlo, guest(g_mtc0_watchlo, 0, 0));
}

static void field_changes(void)
{
	static const struct { const char *name; const char *code; u32 value; } fields[] = {
		{ "Status.CU1", g_mtc0_status, 0 }, { "Status.FR", g_mtc0_status, STATUS_CU1 | STATUS_FR }, { "Status.BEV", g_mtc0_status, STATUS_CU1 | STATUS_BEV },
		{ "Cause.DC", g_mtc0_cause, CAUSE_DC }, { "Cause.IV", g_mtc0_cause, CAUSE_IV }, { "IntCtl.VS", g_mtc0_intctl, 0x20 },
	};
	for (u32 i = 0; i < COUNT_OF(fields); i++) {
		reset_guest();
		const struct vmexit *e = guest(fields[i].code, fields[i].value, 0);
		exits_at(fields[i].name, GEXC_GSFC, fields[i].code, e);
		check_of(fields[i].name, "is not written", 0, fields[i].code == g_mtc0_status ? mfgc0(C0_STATUS) ^ GUEST_STATUS
			: fields[i].code == g_mtc0_cause ? mfgc0(C0_CAUSE) : mfgc0(C0_INTCTL) ^ 0xe0000000);
		mtc0(C0_GUESTCTL0EXT, CTL0EXT_CGI | CTL0EXT_FCD);
		u32 expected = fields[i].code == g_mtc0_intctl ? 0xe0000000 | fields[i].value : fields[i].value;
		check_of(fields[i].name, "is written with FCD", expected, runs(fields[i].name, guest(fields[i].code, fields[i].value, 0)));
		mtgc0(C0_CAUSE, 0);
		mtgc0(C0_INTCTL, 0);
	}
	reset_guest();
	check("what root does not look after is written", STATUS_CU1 | STATUS_IM0, runs("Status.IM", guest(g_mtc0_status, STATUS_CU1 | STATUS_IM0, 0)));
	mtc0(C0_GUESTCTL0, CTL0_GENEROUS | CTL0_SFC1);
	check("CU1 with SFC1 as well", 0, runs("Status.CU1 with SFC1", guest(g_mtc0_status, 0, 0)));
}

static void hypercalls(void)
{
	reset_guest();
	exits_at("hypcall", GEXC_HC, g_hypcall_3, guest(g_hypcall_3, 0, 0));
	check("v0 is what it was", UNTOUCHED, guest(g_hypcall_3, 0, 0)->v0);
}

static void reserved_instructions(void)
{
	static const struct { const char *name; const char *code; } words[] = {
		{ "no instruction", g_reserved }, { "mfgc0 by the guest", g_mfgc0 }, { "tlbgwi by the guest", g_tlbgwi },
		{ "mfhgc0 by the guest", g_mfhgc0 }, { "mthgc0 by the guest", g_mthgc0 },
	};
	for (u32 i = 0; i < COUNT_OF(words); i++) {
		reset_guest();
		check_of(words[i].name, "is reserved", EXC_RI, taken_by_guest(words[i].name, guest(words[i].code, 0, 0)));
		reset_guest();
		mtc0(C0_GUESTCTL0, CTL0_GENEROUS | CTL0_RI);
		exits_at(words[i].name, GEXC_GRR, words[i].code, guest(words[i].code, 0, 0));
		check_of(words[i].name, "the guest has not noticed", 0, mfgc0(C0_STATUS) & STATUS_EXL);
	}
}

/* Where root has an entry, and that refuses. */
#define REFUSED	(has_gva ? GEXC_GVA : GEXC_GPA)

static void physical_addresses(void)
{
	reset_guest();
	/* The guest has it at 0x00400000. */
	map_virtual(1, 0, 0x00400000, LO(FAR), LO(FAR + 0x1000));
	const struct vmexit *e = guest(g_load, 0x00401004, 0);
	check("root misses a load: TLBL", EXC_TLBL, CAUSE_CODE(e->cause));
	check("with GExcCode GPA", GEXC_GPA, GEXC(e->ctl0));
	check("at the refill vector", 0, e->vector);
	check("BadVAddr is the guest's physical address", FAR + 0x1004, e->badvaddr);
	check("so are EntryHi", FAR, e->entryhi);
	check("and Context", FAR >> 9, e->context);
	check("EPC is the load's", (u32)g_load, e->epc);
	check("BadInstr is the load", word_at(g_load), e->badinstr);
	check("the guest has not noticed", 0, mfgc0(C0_STATUS) & STATUS_EXL);
	e = guest(g_load_in_slot, 0x00401004, 0);
	check("in a delay slot: BD", CAUSE_BD, e->cause & CAUSE_BD);
	check("BadInstr", word_at(g_load_in_slot + 4), e->badinstr);
	check("BadInstrP", word_at(g_load_in_slot), e->badinstrp);
	e = guest(g_store, 0x00401004, 0);
	check("root misses a store: TLBS", EXC_TLBS << 8 | GEXC_GPA, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	e = guest(g_hit_writeback, 0x00401004, 0);
	check("root misses a cache operation: TLBL", EXC_TLBL << 8 | GEXC_GPA, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	e = guest(g_store, 0x00401004, 0);

	/* Root answers, as a refill handler does, and the guest goes on. */
	map_physical(1, 0, FAR, LO(0x00500000), LO(0x00501000) & ~LO_D);
	WORD(0x00501004) = 0xcafe;
	check("after root's answer it loads", 0xcafe, runs("load", guest_again((const void *)e->epc - (g_store - g_load))));
	e = guest(g_store, 0x00401004, 0xbeef);
	check("a store where root has no D: Mod", EXC_MOD << 8 | REFUSED, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	check("at the general vector", 0x180, e->vector);
	map_physical(1, 0, FAR, LO(0x00500000), LO(0x00501000));
	runs("store", guest_again((const void *)e->epc));
	check("it is stored", 0xbeef, WORD(0x00501004));
	map_physical(1, 0, FAR, LO(0x00500000), LO(0x00501000) & ~LO_V);
	e = guest(g_load, 0x00401004, 0);
	check("where root has no V: TLBL, at the general vector", EXC_TLBL << 16 | REFUSED << 12 | 0x180, CAUSE_CODE(e->cause) << 16 | GEXC(e->ctl0) << 12 | e->vector);

	/* A fetch. */
	e = guest((const void *)(KSEG0(FAR) + 0x2000), 0, 0);
	check("root misses a fetch: TLBL", EXC_TLBL << 8 | GEXC_GPA, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	check("BadVAddr", FAR + 0x2000, e->badvaddr);
	check("EPC", KSEG0(FAR) + 0x2000, e->epc);

	/* The guest's own come first. */
	e = guest(g_load, 0x00600000, 0);
	check("what the guest has no entry for is its refill", EXC_TLBL, taken_by_guest("load", e));
	check("at its refill vector", GUEST_EBASE + 8, e->epc);
	check("BadVAddr is the guest's", 0x00600000, mfgc0(C0_BADVADDR));
	check("and root's is not touched", FAR + 0x2000, e->badvaddr);
	reset_guest();
	check("a misaligned load is the guest's", EXC_ADEL, taken_by_guest("misaligned", guest(g_misaligned, 0x80000000 | FAR, 0)));
	map_virtual(1, 0, 0x00400000, LO(FAR) & ~LO_D, LO(FAR + 0x1000));
	reset_guest();
	map_virtual(1, 0, 0x00400000, LO(FAR) & ~LO_D, LO(FAR + 0x1000));
	check("a store where the guest has no D is the guest's", EXC_MOD, taken_by_guest("store", guest(g_store, 0x00400000, 0)));
}

static void hardware_changes(void)
{
	reset_guest();
	mtc0(C0_GUESTCTL0, CTL0_GENEROUS | CTL0_MC);
	const struct vmexit *e = guest(g_syscall, 0, 0);
	exits_with("syscall with MC", GEXC_GHFC, e);
	check("behind the guest's exception", GUEST_EBASE + 0x180, e->epc);
	check("which it has taken", EXC_SYS << 2, mfgc0(C0_CAUSE) & 0x7c);
	check("with EXL", STATUS_EXL, mfgc0(C0_STATUS) & STATUS_EXL);
	mtgc0(C0_EPC, (u32)g_nothing);
	e = guest(g_eret, 0, 0);
	exits_with("eret with MC", GEXC_GHFC, e);
	check("where ERET leads", (u32)g_nothing, e->epc);
	check("EXL is cleared", 0, mfgc0(C0_STATUS) & STATUS_EXL);
	mtc0(C0_GUESTCTL0EXT, CTL0EXT_CGI | CTL0EXT_FCD);
	check("with FCD the guest's exception is nobody else's", EXC_SYS, taken_by_guest("syscall with MC and FCD", guest(g_syscall, 0, 0)));
}

/* Coprocessor 1: who is told depends on who has not enabled it, the guest first. */
static void coprocessor_1(void)
{
	for (u32 i = 0; i < 4; i++) {
		static const char *const names[] = { "CU1 of nobody", "CU1 of the guest alone", "CU1 of root alone", "CU1 of both" };
		u32 of_guest = i & 1, of_root = i >> 1;
		reset_guest();
		mtgc0(C0_STATUS, of_guest ? STATUS_CU1 : 0);
		root_status = of_root ? STATUS_CU1 : 0;
		const struct vmexit *e = guest(g_float, 0x1234, 0);
		if (!of_guest)
			check_of(names[i], "is the guest's exception", EXC_CPU, taken_by_guest(names[i], e));
		else if (!of_root) {
			check_of(names[i], "is root's exception", EXC_CPU, CAUSE_CODE(e->cause));
			check_of(names[i], "unit 1", 1, CAUSE_CE(e->cause));
			check_of(names[i], "EPC", (u32)g_float, e->epc);
			check_of(names[i], "the guest has not noticed", 0, mfgc0(C0_STATUS) & STATUS_EXL);
		} else
			check_of(names[i], "runs", 0x1234, runs(names[i], e));
	}
}

static void privilege(void)
{
	static const struct { const char *name; const char *code; } words[] = {
		{ "hypcall in user mode", g_hypcall_3 }, { "mfc0 PRId in user mode", g_mfc0_prid }, { "wait in user mode", g_wait }, { "mfgc0 in user mode", g_mfgc0 },
		{ "mfhgc0 in user mode", g_mfhgc0 }, { "mthgc0 in user mode", g_mthgc0 },
	};
	for (u32 i = 0; i < COUNT_OF(words); i++) {
		reset_guest();
		map_virtual(0, 0x7e000, 0x00100000, LO(0x00100000) | LO_G, LO(0x00140000) | LO_G);
		mtgc0(C0_STATUS, STATUS_UM | STATUS_CU1);
		const struct vmexit *e = guest((const void *)PHYSICAL(words[i].code), 0, 0);
		check_of(words[i].name, "is coprocessor 0's, and the guest's", EXC_CPU, taken_by_guest(words[i].name, e));
		check_of(words[i].name, "unit 0", 0, CAUSE_CE(e->v0));
	}
	/* Root's KSU does not matter: the guest's does. */
	reset_guest();
	root_status = STATUS_UM | STATUS_CU1;
	runs("root's user mode below a guest's kernel", guest(g_nothing, 0, 0));
}

static void interrupts(void)
{
	/* Both have a software interrupt pending and enabled: root's is first. */
	reset_guest();
	mtgc0(C0_STATUS, GUEST_STATUS | STATUS_IE | STATUS_IM0);
	mtgc0(C0_CAUSE, CAUSE_IP0);
	mtc0(C0_CAUSE, CAUSE_IP0);
	root_status = STATUS_CU1 | STATUS_IE | STATUS_IM0;
	const struct vmexit *e = guest(g_nothing, 0, 0);
	check("root's interrupt is first", EXC_INT, CAUSE_CODE(e->cause));
	check("at the guest's first instruction", (u32)g_nothing, e->epc);
	check("the guest has not noticed", 0, mfgc0(C0_STATUS) & STATUS_EXL);
	mtc0(C0_CAUSE, 0);
	check("then the guest's", EXC_INT, taken_by_guest("interrupt", guest_again((const void *)e->epc)));
	check("whose EPC is there", (u32)g_nothing, mfgc0(C0_EPC));

	/* Root pending but masked, or disabled: the guest's. */
	reset_guest();
	mtgc0(C0_STATUS, GUEST_STATUS | STATUS_IE | STATUS_IM0);
	mtgc0(C0_CAUSE, CAUSE_IP0);
	mtc0(C0_CAUSE, CAUSE_IP0);
	root_status = STATUS_CU1 | STATUS_IM0;
	check("root's IE is off: the guest's", EXC_INT, taken_by_guest("interrupt", guest(g_nothing, 0, 0)));
	mtc0(C0_CAUSE, 0);

	/* Root injects. */
	reset_guest();
	mtc0(C0_GUESTCTL2, CAUSE_IP2);
	check("VIP shows in the guest's Cause", CAUSE_IP2, runs("mfc0 Cause", guest(g_mfc0_cause, 0, 0)) & 0xff00);
	mtgc0(C0_STATUS, GUEST_STATUS | STATUS_IE | STATUS_IM2);
	check("and interrupts", EXC_INT, taken_by_guest("VIP", guest(g_nothing, 0, 0)));
	mtc0(C0_GUESTCTL2, 0);
	check("until root takes it back", 0, mfgc0(C0_CAUSE) & 0xff00);
}

static void timer(void)
{
	reset_guest();
	mtc0(C0_GTOFFSET, 0x40000000);
	u32 root = mfc0(C0_COUNT), count = runs("mfc0 Count", guest(g_mfc0_count, 0, 0));
	check("a guest's Count is root's at GTOffset", 0x40000000 >> 20, (count - root) >> 20);
	check("as MFGC0 sees it", 1, mfgc0(C0_COUNT) - count < 0x100000);
	mtc0(C0_GTOFFSET, -mfc0(C0_COUNT) - 2000);
	check("Count wraps", 1, (int)mfgc0(C0_COUNT) < 0);
	mtgc0(C0_COMPARE, 1000);
	check("TI is off before", 0, mfgc0(C0_CAUSE) & CAUSE_TI);
	mtgc0(C0_STATUS, GUEST_STATUS | STATUS_IE | STATUS_IM7);
	const struct vmexit *e = guest(g_wait_for_interrupt, 0x1000000, 0);
	count = mfgc0(C0_COUNT);
	check("Count meets Compare: the guest's interrupt", EXC_INT, taken_by_guest("timer", e));
	check("with TI and IP7", CAUSE_TI | CAUSE_IP7, e->v0 & (CAUSE_TI | CAUSE_IP7));
	check("at 1000", 1, count - 1000 < 500);
	check("root's has none", 0, mfc0(C0_CAUSE) & CAUSE_TI);
	runs("mtc0 Compare", guest(g_mtc0_compare, 0x7fffffff, 0));
	check("Compare takes it back", 0, mfgc0(C0_CAUSE) & (CAUSE_TI | CAUSE_IP7));
	mtgc0(C0_CAUSE, CAUSE_TI);
	check("root can set TI, and IP7 goes with it", CAUSE_TI | CAUSE_IP7, mfgc0(C0_CAUSE) & (CAUSE_TI | CAUSE_IP7));
	mtgc0(C0_COMPARE, 0x7fffffff);
	check("and MTGC0 of Compare takes it back", 0, mfgc0(C0_CAUSE) & (CAUSE_TI | CAUSE_IP7));
	mtc0(C0_GTOFFSET, 0);
}

/* The same virtual address in the same address space of two guests. */
static void two_guests(void)
{
	WORD(0x00600000) = 0x1111;
	WORD(0x00700000) = 0x2222;
	reset_guest();
	for (u32 id = 1; id <= 2; id++) {
		be_guest(id);
		if (!has_ids)
			tlbginvf();
		mtc0(C0_ENTRYHI, has_ids ? 0 : id);
		map_physical(id, BOTH_16M, 0 | (has_ids ? 0 : id), LO(0), LO(0x01000000));
		map_virtual(id, 0, 0x00400005, LO(id == 1 ? 0x00600000 : 0x00700000), 0);
	}
	for (u32 round = 0; round < 2; round++) {
		for (u32 id = 1; id <= 2; id++) {
			be_guest(id);
			if (!has_ids) {
				/* Root flushes when another guest has run. */
				tlbginvf();
				map_virtual(id, 0, 0x00400005, LO(id == 1 ? 0x00600000 : 0x00700000), 0);
				mtc0(C0_ENTRYHI, id);
			}
			mtgc0(C0_ENTRYHI, 5);
			check(id == 1 ? "guest 1 has its own" : "guest 2 has its own", 0x1111 * id, runs("load", guest(g_load, 0x00400000, 0)));
			mtc0(C0_ENTRYHI, 0);
		}
	}
	if (!has_ids) {
		/* One physical address of both: whose entry it is, root's address space says. */
		for (u32 id = 1; id <= 2; id++)
			map_physical(2 + id, 0, FAR | id, LO(id == 1 ? 0x00600000 : 0x00700000), 0);
		for (u32 id = 1; id <= 2; id++) {
			mtc0(C0_ENTRYHI, id);
			check(id == 1 ? "guest 1 has its own memory" : "guest 2 has its own memory", 0x1111 * id, runs("load", guest(g_load, KSEG0(FAR), 0)));
			mtc0(C0_ENTRYHI, 0);
		}
		return;
	}
	/* What one invalidates is its own; what it reads of the other's is nothing. */
	be_guest(2);
	mtgc0(C0_ENTRYHI, 5);
	runs("tlbinvf", guest(g_tlbinvf, 0, 0));
	mtgc0(C0_STATUS, GUEST_STATUS);
	check("guest 2 has invalidated its own", EXC_TLBL, taken_by_guest("load", guest(g_load, 0x00400000, 0)));
	be_guest(1);
	mtgc0(C0_STATUS, GUEST_STATUS);
	mtgc0(C0_ENTRYHI, 5);
	check("and not guest 1's", 0x1111, runs("load", guest(g_load, 0x00400000, 0)));
	mtgc0(C0_INDEX, 1);
	tlbgr();
	check("TLBGR tells whose entry it is", 1 << 16, mfc0(C0_GUESTCTL1) & 0x00ff0000);
	check("and what it is", 0x00400005, mfgc0(C0_ENTRYHI));
	be_guest(2);
	tlbgp();
	check("TLBGP finds none of another's", 0x80000000, mfgc0(C0_INDEX) & 0x80000000);
	be_guest(1);
	tlbgp();
	check("TLBGP finds its own", 1, mfgc0(C0_INDEX));
	mtc0(C0_INDEX, 2);
	asm volatile("tlbr\n\tehb" : : : "memory");
	check("TLBR of root, too", 2 << 16, mfc0(C0_GUESTCTL1) & 0x00ff0000);
	be_guest(1);

	/* Root's entries for a guest are its in any address space of root's. */
	reset_guest();
	map_physical(0, BOTH_16M, 0x77, LO(0), LO(0x01000000));
	mtc0(C0_ENTRYHI, 0x33);
	runs("another ASID of root's", guest(g_nothing, 0, 0));
	mtc0(C0_ENTRYHI, 0);
	asm volatile("tlbp\n\tehb" : : : "memory");
	check("TLBP with RID goes by no ASID", 0, mfc0(C0_INDEX));
}

/* Pages of root's larger and smaller than the guest's. */
static void page_sizes(void)
{
	reset_guest();
	map_virtual(0, 0, 0x00400000, LO(FAR), LO(FAR + 0x5000));
	map_physical(1, 0x6000, FAR, LO(0x00800000), LO(0x00810000));
	WORD(0x00800004) = 0xa0;
	WORD(0x00811004) = 0xa5;
	check("a page of 4K in one of 16K", 0xa0, runs("load", guest(g_load, 0x00400004, 0)));
	check("the other in the other half", 0xa5, runs("load", guest(g_load, 0x00401004, 0)));
	map_virtual(0, 0x1e000, 0x00400000, LO(FAR), LO(FAR + 0x10000));
	map_physical(1, 0, FAR, LO(0x00820000), LO(0x00830000));
	map_physical(2, 0, FAR + 0x2000, LO(0x00840000), LO(0x00850000));
	WORD(0x00830004) = 0xb1;
	WORD(0x00850004) = 0xb3;
	check("a page of 64K over pages of 4K", 0xb1, runs("load", guest(g_load, 0x00401004, 0)));
	check("each where root has it", 0xb3, runs("load", guest(g_load, 0x00403004, 0)));
	check("and root misses the next", FAR + 0x4004, guest(g_load, 0x00404004, 0)->badvaddr);

	/* Root changes what is behind the guest's page: the next load sees it. */
	map_physical(1, 0, FAR, LO(0x00820000), LO(0x00850000));
	check("root moves a page", 0xb3, runs("load", guest(g_load, 0x00401004, 0)));
	be_guest(1);
	tlbinvf();
	map_physical(0, BOTH_16M, 0, LO(0), LO(0x01000000));
	check("root invalidates all of it", FAR + 0x1004, guest(g_load, 0x00401004, 0)->badvaddr);
}

/* Invalid entries match nothing, and read as such. */
static void invalidation(void)
{
	reset_guest();
	map_virtual(3, 0, 0x00400000 | 7, LO(0x00600000), LO(0x00700000));
	map_virtual(4, 0, 0x00500000, LO(0x00600000) | LO_G, LO(0x00700000) | LO_G);
	mtgc0(C0_ENTRYHI, 7);
	tlbginv();
	mtgc0(C0_INDEX, 3);
	tlbgr();
	check("TLBGINV: an entry of the address space", EHINV, mfgc0(C0_ENTRYHI) & EHINV);
	mtgc0(C0_INDEX, 4);
	tlbgr();
	check("but no global one", 0x00500000, mfgc0(C0_ENTRYHI));
	map_virtual(4, 0, 0x00500000 | EHINV, LO(0x00600000) | LO_G, LO(0x00700000) | LO_G);
	check("an entry written with EHINV matches nothing", EXC_TLBL, taken_by_guest("load", guest(g_load, 0x00500000, 0)));
}

#define C0_PAGEGRAIN	C0(5, 1)
#define RIE_XIE_IEC	0xc8000000
#define LO_RI		0x80000000
#define LO_XI		0x40000000
#define EXC_TLBRI	19
#define EXC_TLBXI	20

/* Pages that may not be loaded from or executed: of the guest's TLB the guest hears, of root's root. */
static void inhibits(void)
{
	reset_guest();
	mtgc0(C0_PAGEGRAIN, RIE_XIE_IEC);
	mtc0(C0_PAGEGRAIN, RIE_XIE_IEC);
	map_virtual(1, 0, 0x00400000, LO(FAR) | LO_RI, LO(FAR + 0x1000) | LO_XI);
	map_physical(1, 0, FAR, LO(0x00800000), LO(0x00801000));
	check("what the guest's TLB inhibits to load", EXC_TLBRI, taken_by_guest("load", guest(g_load, 0x00400000, 0)));
	runs("a store there", guest(g_store, 0x00400000, 0x1111));
	reset_guest();
	map_virtual(1, 0, 0x00400000, LO(FAR) | LO_RI, LO(FAR + 0x1000) | LO_XI);
	map_physical(1, 0, FAR, LO(0x00800000), LO(0x00801000));
	check("what it inhibits to execute", EXC_TLBXI, taken_by_guest("fetch", guest((const void *)0x00401000, 0, 0)));
	reset_guest();
	map_virtual(1, 0, 0x00400000, LO(FAR), LO(FAR + 0x1000));
	map_physical(1, 0, FAR, LO(0x00800000) | LO_RI, LO(0x00801000) | LO_XI);
	const struct vmexit *e = guest(g_load, 0x00400004, 0);
	check("what root's TLB inhibits to load", EXC_TLBRI << 8 | REFUSED, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	check("at the general vector", 0x180, e->vector);
	check(has_gva ? "with the guest's virtual address" : "with the guest's physical address", has_gva ? 0x00400004 : FAR + 4, e->badvaddr);
	check("the guest has not noticed", 0, mfgc0(C0_STATUS) & STATUS_EXL);
	runs("a store there", guest(g_store, 0x00400004, 0x2222));
	e = guest((const void *)0x00401000, 0, 0);
	check("what it inhibits to execute", EXC_TLBXI << 8 | REFUSED, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	check("at its address", has_gva ? 0x00401000 : FAR + 0x1000, e->badvaddr);
	runs("a load there", guest(g_load, 0x00401000, 0));
	mtc0(C0_PAGEGRAIN, 0xc0000000);
	e = guest(g_load, 0x00400004, 0);
	check("without IEC: TLBL", EXC_TLBL << 8 | REFUSED, CAUSE_CODE(e->cause) << 8 | GEXC(e->ctl0));
	mtc0(C0_PAGEGRAIN, 0);
	mtgc0(C0_PAGEGRAIN, 0);
}

static u32 numbers[1024];

static void speed(void)
{
	u32 sum = 0;
	for (u32 i = 0; i < COUNT_OF(numbers); i++)
		sum += numbers[i] = i * 0x01234567 ^ i << 7;
	reset_guest();
	for (u32 round = 0; round < 20; round++) {
		const struct vmexit *e = guest(g_sum, (u32)numbers, COUNT_OF(numbers));
		if (e->v0 != sum || round == 19)
			check("a loop of the guest's", sum, runs("sum", e));
	}
}

static void install(u32 base, const void *vector)
{
	static const u16 offsets[] = { 0x000, 0x180, 0x200 };
	for (u32 i = 0; i < COUNT_OF(offsets); i++) {
		for (u32 word = 0; word < 4; word++)
			((u32 *)(base + offsets[i]))[word] = ((const u32 *)vector)[word];
		sync_code((void *)(base + offsets[i]), 16);
	}
}

int main(void)
{
	begin();
	without_second_halves();
	if (!(mfc0(C0_CONFIG1) & 0x80000000) || !(mfc0(C0(16, 2)) & 0x80000000) || !(mfc0(C0_CONFIG3) & CONFIG3_VZ)) {
		reserved_without();
		finish();
	}
	install(0x80000000, root_vector);
	install(GUEST_EBASE, guest_vector);
	find_form();
	registers();
	find_address();
	sensitive_instructions();
	what_a_guest_may();
	configuration();
	field_changes();
	hypercalls();
	reserved_instructions();
	physical_addresses();
	hardware_changes();
	coprocessor_1();
	privilege();
	interrupts();
	timer();
	two_guests();
	page_sizes();
	invalidation();
	inhibits();
	shared_tlb();
	virtual_addresses();
	direct_access();
	speed();
	finish();
}
