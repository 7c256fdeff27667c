/*
 * RI and XI of TLB entries: pages that may not be loaded from, and pages that may not be executed (MD00090, "PageGrain Register", "EntryLo0, EntryLo1").
 * Where the processor has none (Config3.RXI = 0), EntryLo has no such bits.
 */
#include "test.h"

#define C0_PAGEGRAIN	C0(5, 1)
#define C0_CONFIG3	C0(16, 3)
#define CONFIG3_RXI	0x1000
#define RIE		0x80000000
#define XIE		0x40000000
#define IEC		0x08000000
#define LO_RI		0x80000000
#define LO_XI		0x40000000
#define EXC_TLBRI	19
#define EXC_TLBXI	20

#define PAGE		0x00400000	/* two pages of 4 KB: the first is what is tried, the second may be anything */
#define FRAME		0x00600000
#define WORD		0x00123456
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D)

extern const char i_function[], i_load_word_left[], i_load_word_right[], i_load_linked[], i_load_half[], i_store_word_left[], i_store_conditional[];
extern const char i_cache[], i_loads[], i_stores_and_loads[], i_call[];

static volatile u32 *const page = (volatile u32 *)KSEG0(FRAME);

static void inhibit(u32 bits)
{
	map(0, 0, PAGE, (LO(FRAME) & ~(bits & 7)) | (bits & 0xc0000000), LO(FRAME + 0x1000));
	mtc0(C0_ENTRYHI, 0);
}

/* "addiu v0, v0, n; jr ra; nop" at a place of the page. */
static void put_function(u32 at, u32 n)
{
	page[at / 4] = 0x24420000 | n;
	page[at / 4 + 1] = 0x03e00008;
	page[at / 4 + 2] = 0;
	sync_code((void *)(page + at / 4), 12);
}

static void faults(const char *name, u32 code, u32 address, const struct trap *t)
{
	check_of(name, "ExcCode", code, t->count ? CAUSE_CODE(t->cause) : 0);
	check_of(name, "at the general vector", 0x80000180, t->vector);
	check_of(name, "BadVAddr", address, t->badvaddr);
	check_of(name, "EntryHi", PAGE, t->entryhi);
	check_of(name, "Context", PAGE >> 9, t->context);
}

static u32 runs(const char *name, const struct trap *t)
{
	check_of(name, "raises nothing", 0, t->count);
	return t->v0;
}

static void bits(void)
{
	mtc0(C0_PAGEGRAIN, 0);
	mtc0(C0_ENTRYLO0, 0);
	mtc0(C0_ENTRYLO0, LO_RI | LO_XI | LO_V);
	check("without RIE and XIE EntryLo has neither", LO_V, mfc0(C0_ENTRYLO0));
	mtc0(C0_PAGEGRAIN, RIE);
	mtc0(C0_ENTRYLO0, LO_RI | LO_XI | LO_V);
	check("with RIE it has RI", LO_RI | LO_V, mfc0(C0_ENTRYLO0));
	mtc0(C0_ENTRYLO0, 0);
	mtc0(C0_PAGEGRAIN, XIE);
	mtc0(C0_ENTRYLO0, LO_RI | LO_XI | LO_V);
	check("with XIE it has XI", LO_XI | LO_V, mfc0(C0_ENTRYLO0));
	mtc0(C0_PAGEGRAIN, RIE | XIE);
	for (int i = 0; i < 300; i++)
		mtc0(C0_ENTRYLO1, i & 1 ? LO_RI | LO_XI : LO_V);
	check("hot code changes both", LO_RI | LO_XI, mfc0(C0_ENTRYLO1));
	mtc0(C0_ENTRYLO0, LO_RI | LO_XI);
	mtc0(C0_PAGEGRAIN, 0);
	check("they stay what they are", LO_RI | LO_XI, mfc0(C0_ENTRYLO0));
	for (int i = 0; i < 300; i++)
		mtc0(C0_ENTRYLO0, i & 1 ? LO_RI | LO_XI : LO_V);
	check("or clears them", 0, mfc0(C0_ENTRYLO0));
	mtc0(C0_PAGEGRAIN, RIE | XIE);
	inhibit(LO_RI | LO_XI);
	mtc0(C0_ENTRYLO0, 0);
	tlbr();
	check("TLBR reads them back", (LO(FRAME) | LO_RI | LO_XI) & ~LO_CACHED, mfc0(C0_ENTRYLO0) & ~LO_CACHED);
	check("of the one page", 0, mfc0(C0_ENTRYLO1) & (LO_RI | LO_XI));
	mtc0(C0_ENTRYHI, 0);
}

static void reads(u32 code)
{
	static const struct { const char *name, *code; u32 offset; } loads[] = {
		{ "lw", peek, 0 }, { "lh", i_load_half, 0 }, { "lwl", i_load_word_left, 1 }, { "lwr", i_load_word_right, 1 }, { "ll", i_load_linked, 0 },
	};
	page[0] = WORD;
	for (u32 i = 0; i < sizeof loads / sizeof *loads; i++) {
		inhibit(0);
		runs(loads[i].name, run(loads[i].code, PAGE + loads[i].offset, KERNEL, 0));
		inhibit(LO_RI);
		const struct trap *t = run(loads[i].code, PAGE + loads[i].offset, KERNEL, 0);
		faults(loads[i].name, code, PAGE + loads[i].offset, t);
		check_of(loads[i].name, "its register is left alone", UNTOUCHED, t->v0);
		check_of(loads[i].name, "EPC", (u32)loads[i].code, t->epc);
	}
	inhibit(LO_RI);
	runs("sw with RI", run(poke, PAGE + 4, KERNEL, WORD));
	runs("swl with RI", run(i_store_word_left, PAGE + 9, KERNEL, 0));
	runs("cache with RI", run(i_cache, PAGE, KERNEL, 0));
	check("a store goes through", WORD, page[1]);
	put_function(0x100, 5);
	check("and a fetch", UNTOUCHED + 5, runs("a function with RI", run((const char *)PAGE + 0x100, 0, KERNEL, 0)));
	faults("and no load after it", code, PAGE, run(peek, PAGE, KERNEL, 0));
	inhibit(LO_RI | LO_V);
	faults("RI without V is TLB invalid", EXC_TLBL, PAGE, run(peek, PAGE, KERNEL, 0));
	inhibit(LO_RI | LO_D);
	faults("a store without D is Mod", EXC_MOD, PAGE, run(poke, PAGE, KERNEL, 0));
	faults("and a load is RI's", code, PAGE, run(peek, PAGE, KERNEL, 0));
}

static void fetches(u32 code)
{
	put_function(0x100, 5);
	inhibit(LO_XI);
	const struct trap *t = run((const char *)PAGE + 0x100, 0, KERNEL, 0);
	faults("a fetch", code, PAGE + 0x100, t);
	check("a fetch: EPC", PAGE + 0x100, t->epc);
	check("loads go through", page[0x40], runs("lw with XI", run(peek, PAGE + 0x100, KERNEL, 0)));
	runs("sw with XI", run(poke, PAGE, KERNEL, 0));
	faults("no fetch after them", code, PAGE + 0x100, run((const char *)PAGE + 0x100, 0, KERNEL, 0));
	inhibit(LO_XI | LO_V);
	faults("XI without V is TLB invalid", EXC_TLBL, PAGE + 0x100, run((const char *)PAGE + 0x100, 0, KERNEL, 0));
	inhibit(LO_XI | LO_RI);
	faults("both: a fetch", code, PAGE + 0x100, run((const char *)PAGE + 0x100, 0, KERNEL, 0));
	runs("both: a store", run(poke, PAGE, KERNEL, 0));

	/* A branch at the end of the second page, which is mapped before the first this time, and its slot on the inhibited one. */
	page[0x7ff] = 0x10000010;	/* b .+68 */
	sync_code((void *)(page + 0x7ff), 4);
	map(0, 0, PAGE, LO(FRAME + 0x1000), LO(FRAME) | LO_XI);
	mtc0(C0_ENTRYHI, 0);
	t = run((const char *)PAGE + 0xffc, 0, KERNEL, 0);
	faults("a delay slot", code, PAGE + 0x1000, t);
	check("a delay slot: EPC is the branch's", PAGE + 0xffc, t->epc);
	check("a delay slot: BD", CAUSE_BD, t->cause & CAUSE_BD);
}

/* What has been hot, and what has its entry changed in between. */
static void hot(u32 of_reads, u32 of_fetches)
{
	put_function(0x100, 5);
	for (u32 i = 0; i < 512; i++)
		page[0x400 + i] = i;
	for (u32 round = 0; round < 3; round++) {
		inhibit(0);
		check("a hot loop of loads", 511 * 256, runs("hot loads", run(i_loads, FRAME + 0x1000 - FRAME + PAGE, KERNEL, 512)));
		inhibit(LO_XI);
		map(0, 0, PAGE, LO(FRAME) | LO_XI, LO(FRAME + 0x1000) | LO_RI);
		mtc0(C0_ENTRYHI, 0);
		faults("it may load no more", of_reads, PAGE + 0x1000, run(i_loads, PAGE + 0x1000, KERNEL, 512));
		faults("nor behind a store", of_reads, PAGE + 0x1000, run(i_stores_and_loads, PAGE + 0x1000, KERNEL, 512));
		inhibit(LO_RI);
		check("a hot function", 200 * 5, runs("hot calls", run(i_call, PAGE + 0x100, KERNEL, 200)));
		inhibit(LO_XI);
		faults("it may be called no more", of_fetches, PAGE + 0x100, run(i_call, PAGE + 0x100, KERNEL, 200));
		inhibit(0);
		check("loads and stores, hot", 512, runs("hot loads and stores", run(i_stores_and_loads, PAGE + 0x1000, KERNEL, 512)));
	}
}

/* Code in user mode: its own page, and what it reads, lie on two. */
static void user(u32 of_reads, u32 of_fetches)
{
	put_function(0x100, 5);
	page[0x42] = 0x0000000c;	/* syscall */
	page[0x41] = 0x8ce20000;	/* lw v0, 0(a3) */
	page[0x400] = WORD;
	sync_code((void *)(page + 0x40), 16);
	map(0, 0, PAGE, LO(FRAME) | LO_RI, LO(FRAME + 0x1000) | LO_XI);
	mtc0(C0_ENTRYHI, 0);
	const struct trap *t = run((const char *)PAGE + 0x100, PAGE + 0x1000, USER, 0);
	check("user code that only runs loads what only is data", WORD, t->v0);
	check("to its end", EXC_SYS, CAUSE_CODE(t->cause));
	faults("it may not load its own", of_reads, PAGE, run((const char *)PAGE + 0x100, PAGE, USER, 0));
	faults("nor run its data", of_fetches, PAGE + 0x1000, run((const char *)PAGE + 0x1000, 0, USER, 0));
}

int main(void)
{
	begin();
	if (!(mfc0(C0_CONFIG1) & 0x80000000) || !(mfc0(C0(16, 2)) & 0x80000000) || !(mfc0(C0_CONFIG3) & CONFIG3_RXI)) {
		mtc0(C0_ENTRYLO0, LO_RI | LO_XI | LO_V);
		check("EntryLo has no RI and XI", LO_V, mfc0(C0_ENTRYLO0));
		finish();
	}
	bits();
	for (u32 own = 0; own < 2; own++) {
		u32 of_reads = own ? EXC_TLBRI : EXC_TLBL, of_fetches = own ? EXC_TLBXI : EXC_TLBL;
		mtc0(C0_PAGEGRAIN, RIE | XIE | (own ? IEC : 0));
		print(own ? "with IEC\n" : "without IEC\n");
		reads(of_reads);
		fetches(of_fetches);
		hot(of_reads, of_fetches);
		user(of_reads, of_fetches);
	}
	finish();
}
