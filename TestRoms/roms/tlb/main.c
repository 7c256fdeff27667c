/* The TLB of 16 entries: MD00090, "TLB-Based Virtual Address Translation". */
#include "test.h"

#define RAM(offset)	(0x00200000 + (offset))	/* physical pages the tests play with */
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D)
#define WORD(physical)	(*(volatile u32 *)KSEG0(physical))

#define ENTRIES	16

static u32 load(u32 va, u32 status)
{
	const struct trap *t = run(peek, va, status, 0);
	return t->count ? 0xdead0000 | CAUSE_CODE(t->cause) : t->v0;
}

/* The ExcCode a store ends with, or 0. */
static u32 store(u32 va, u32 value)
{
	const struct trap *t = run(poke, va, KERNEL, value);
	return t->count ? CAUSE_CODE(t->cause) : 0;
}

#define FAULT(code)	(0xdead0000 | (code))

/* Each size at an odd multiple of itself, both halves, first and last word; physical addresses beyond RAM wrap below it. */
static void page_sizes(void)
{
	static const char *const names[] = {
		"4K page", "16K page", "64K page", "256K page", "1M page", "4M page", "16M page", "64M page", "256M page",
	};
	for (u32 n = 0; n < 9; n++) {
		u32 size = 0x1000 << 2 * n;
		u32 va = 0x40000000 & ~(2 * size - 1);
		u32 even = size <= 0x1000000 ? 0x01000000 : 0, odd = size <= 0x400000 ? even + size : 0;
		clear_tlb();
		map(3, ((1 << 2 * n) - 1) << 13, va, LO(even), LO(odd));
		u32 offset = size <= 0x400000 ? size - 4 : 0x00300000;
		WORD(even + offset) = 0x1111;
		check_of(names[n], "even page", 0x1111, load(va + offset, KERNEL));
		WORD(odd + offset) = 0x2222;
		check_of(names[n], "odd page", 0x2222, load(va + size + offset, KERNEL));
		check_of(names[n], "store through the page", 0, store(va + offset, 0x3333));
		check_of(names[n], "lands in memory", 0x3333, WORD(even + offset));
		check_of(names[n], "ends below", FAULT(EXC_TLBL), load(va - 4, KERNEL));
		if (va + 2 * size < 0x80000000)
			check_of(names[n], "ends above", FAULT(EXC_TLBL), load(va + 2 * size, KERNEL));
	}
}

static void global_and_asid(void)
{
	u32 va = 0x00400000;
	clear_tlb();
	WORD(RAM(0)) = 0xa;
	WORD(RAM(0x1000)) = 0xb;
	map(0, 0, va | 7, LO(RAM(0)), LO(RAM(0x1000)));
	check("own ASID matches", 0xa, load(va, KERNEL));
	mtc0(C0_ENTRYHI, 8);
	check("another ASID does not", FAULT(EXC_TLBL), load(va, KERNEL));
	mtc0(C0_ENTRYHI, 7);
	check("back to the first ASID", 0xb, load(va + 0x1000, KERNEL));
	map(0, 0, va | 7, LO(RAM(0)) | LO_G, LO(RAM(0x1000)) | LO_G);
	mtc0(C0_ENTRYHI, 8);
	check("G in both halves ignores the ASID", 0xa, load(va, KERNEL));
	map(0, 0, va | 7, LO(RAM(0)) | LO_G, LO(RAM(0x1000)));
	mtc0(C0_ENTRYHI, 8);
	check("G in one half alone is no G", FAULT(EXC_TLBL), load(va, KERNEL));
	mtc0(C0_INDEX, 0);
	tlbr();
	check("G of one half reads back clear", 0, mfc0(C0_ENTRYLO0) & LO_G);
	check("tlbr brings the ASID", va | 7, mfc0(C0_ENTRYHI));
	map(0, 0, va | 7, LO(RAM(0)), LO(RAM(0x1000)));
	map(1, 0, va | 8, LO(RAM(0x1000)), LO(RAM(0)));
	mtc0(C0_ENTRYHI, 7);
	check("one address, ASID 7", 0xa, load(va, KERNEL));
	mtc0(C0_ENTRYHI, 8);
	check("one address, ASID 8", 0xb, load(va, KERNEL));
}

static void probe_and_read(void)
{
	clear_tlb();
	map(5, 0x1e000, 0x00820000 | 3, LO(RAM(0x10000)), RAM(0x20000) >> 6 | LO_V);
	mtc0(C0_ENTRYHI, 0x00820000 | 3);
	tlbp();
	check("tlbp finds the entry", 5, mfc0(C0_INDEX));
	mtc0(C0_ENTRYHI, 0x0083e000 | 3);
	tlbp();
	check("tlbp honours the mask", 5, mfc0(C0_INDEX));
	mtc0(C0_ENTRYHI, 0x00820000 | 4);
	tlbp();
	check("tlbp misses another ASID", 1, mfc0(C0_INDEX) >> 31);
	mtc0(C0_ENTRYHI, 0x00840000 | 3);
	tlbp();
	check("tlbp misses another page", 1, mfc0(C0_INDEX) >> 31);
	mtc0(C0_INDEX, 5);
	mtc0(C0_ENTRYHI, 0);
	mtc0(C0_ENTRYLO0, 0);
	mtc0(C0_ENTRYLO1, 0);
	mtc0(C0_PAGEMASK, 0);
	tlbr();
	check("tlbr: EntryHi", 0x00820003, mfc0(C0_ENTRYHI));
	check("tlbr: EntryLo0", LO(RAM(0x10000)), mfc0(C0_ENTRYLO0));
	check("tlbr: EntryLo1", RAM(0x20000) >> 6 | LO_V, mfc0(C0_ENTRYLO1));
	check("tlbr: PageMask", 0x1e000, mfc0(C0_PAGEMASK));
	mtc0(C0_PAGEMASK, 0);
}

/* tlbwr must spare the wired entries and, in the long run, reach all the others (MD00090, "Random Register"). */
static void wired_and_random(void)
{
	clear_tlb();
	mtc0(C0_WIRED, 6);
	u32 outside = 0;
	for (int i = 0; i < 1000; i++)
		outside += mfc0(C0_RANDOM) < 6 || mfc0(C0_RANDOM) >= ENTRIES;
	check("Random stays within Wired and the top", 0, outside);
	for (u32 i = 0; i < 6; i++)
		map(i, 0, 0x00400000 + (i << 13), LO(RAM(0)), LO(RAM(0)));
	for (u32 i = 0; i < 300; i++) {
		mtc0(C0_ENTRYHI, 0x10000000 + (i << 13));
		tlbwr();
	}
	u32 kept = 0, replaced = 0;
	for (u32 i = 0; i < ENTRIES; i++) {
		mtc0(C0_INDEX, i);
		tlbr();
		if (i < 6)
			kept += mfc0(C0_ENTRYHI) == 0x00400000 + (i << 13);
		else
			replaced += mfc0(C0_ENTRYHI) >> 28 == 1;
	}
	check("tlbwr spares the wired entries", 6, kept);
	check("tlbwr reaches every other entry", ENTRIES - 6, replaced);
	mtc0(C0_WIRED, 0);
	mtc0(C0_ENTRYHI, 0);
}

static void states(void)
{
	u32 va = 0x00600000;
	clear_tlb();
	const struct trap *t = run(peek, va, KERNEL, 0);
	check("no entry: refill vector", 0x80000000, t->vector);
	map(2, 0, va, RAM(0) >> 6, LO(RAM(0)));
	t = run(peek, va, KERNEL, 0);
	check("V = 0: general vector", 0x80000180, t->vector);
	check("V = 0: TLBL", EXC_TLBL, CAUSE_CODE(t->cause));
	check("V = 0: store is TLBS", EXC_TLBS, store(va, 0));
	map(2, 0, va, RAM(0) >> 6 | LO_V, LO(RAM(0)));
	check("D = 0: store is Mod", EXC_MOD, store(va, 0));
	WORD(RAM(8)) = 0x77;
	check("D = 0: load succeeds", 0x77, load(va + 8, KERNEL));
	map(2, 0, va, LO(RAM(0)), LO(RAM(0)));
	check("D = 1: store succeeds", 0, store(va + 8, 0x88));
	check("the store arrived", 0x88, WORD(RAM(8)));
	map(3, 0x7e000, 0x00100000, LO(0x00100000), LO(0x00140000));	/* the image itself, for user mode to run in */
	check("user mode may load", 0x88, run((const char *)PHYSICAL(peek), va + 8, USER, 0)->v0);
}

static void aliases(void)
{
	u32 one = 0x00400000, other = 0x7fff0000, top = 0xc0000000;
	clear_tlb();
	map(0, 0, one, LO(RAM(0)), LO(RAM(0x1000)));
	map(1, 0, other, LO(RAM(0x1000)), LO(RAM(0)));
	map(2, 0, top, LO(RAM(0)), LO(RAM(0)));
	store(one + 0x10, 1);
	check("written by one address, read by another", 1, load(other + 0x1010, KERNEL));
	check("and through kseg2", 1, load(top + 0x10, KERNEL));
	check("and through its second half", 1, load(top + 0x1010, KERNEL));
	store(top + 0x1010, 2);
	check("the other way round", 2, load(one + 0x10, KERNEL));
	check("and through kseg0", 2, WORD(RAM(0x10)));
}

/* A new translation holds for the very next access, and the old one is gone. */
static void remapping(void)
{
	u32 va = 0x00500000;
	clear_tlb();
	u32 wrong = 0;
	for (u32 i = 0; i < 64; i++)
		WORD(RAM(i << 12)) = i;
	for (u32 i = 0; i < 64; i++) {
		map(i % ENTRIES, 0, va, LO(RAM(i << 12)), 0);
		wrong += load(va, KERNEL) != i;
		map(i % ENTRIES, 0, 0x80000000 + (i % ENTRIES << 13), 0, 0);
		mtc0(C0_ENTRYHI, 0);
		wrong += load(va, KERNEL) != FAULT(EXC_TLBL);
	}
	check("a remapped page is seen at once", 0, wrong);
	map(0, 0, va, LO(RAM(0)), 0);
	load(va, KERNEL);
	map(0, 0, va, RAM(0) >> 6 | LO_V, 0);
	check("a page made read-only is so at once", EXC_MOD, store(va, 9));
}

/* More live translations than entries: a victim must miss again, in the architecture's 16 and no more. */
static void capacity(void)
{
	clear_tlb();
	u32 hits = 0;
	for (u32 i = 0; i < ENTRIES; i++)
		map(i, 0, 0x00400000 + (i << 13), LO(RAM(i << 12)), 0);
	for (u32 i = 0; i < ENTRIES; i++)
		hits += run(peek, 0x00400000 + (i << 13), KERNEL, 0)->count == 0;
	check("16 entries are all live", ENTRIES, hits);
	map(7, 0, 0x00700000, LO(RAM(0)), 0);
	check("a replaced entry misses", FAULT(EXC_TLBL), load(0x00400000 + (7 << 13), KERNEL));
}

/* With ERL set kuseg is unmapped and uncached (MD00090, "Special Behavior for the kuseg Segment when StatusERL = 1"). */
static void error_level(void)
{
	clear_tlb();
	WORD(RAM(0x20)) = 0x5151;
	mtc0(C0_STATUS, KERNEL | STATUS_ERL);
	u32 got = *(volatile u32 *)RAM(0x20);
	mtc0(C0_STATUS, KERNEL);
	check("kuseg is unmapped with ERL set", 0x5151, got);
	check("and mapped again without", FAULT(EXC_TLBL), load(RAM(0x20), KERNEL));
}

int main(void)
{
	begin();
	page_sizes();
	global_and_asid();
	probe_and_read();
	wired_and_random();
	states();
	aliases();
	remapping();
	capacity();
	error_level();
	finish();
}
