/*
 * "Shrinking pages": a guest is in its TLB handler, between the exception and TLBR, when root lets another run, which takes the entry. Back, TLBR reads an
 * entry that is another's, and so PageMask 0; nobody writes PageMask again, and from then on the guest's pages of 16 KB are entered as pages of 4 KB.
 * With the fix, root saves the entry that the handler is about, and gives it back.
 */
#include "shrinking.h"

#define ROUNDS		60
#define MOST_SWITCHES	3000
#define SEED		1
#define BOTH_16M	0x01ffe000
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_D)

/* What root keeps of a guest that does not run. */
#define SAVED(X) X(C0_INDEX) X(C0_ENTRYLO0) X(C0_ENTRYLO1) X(C0_PAGEMASK) X(C0_ENTRYHI) X(C0_BADVADDR) X(C0_CAUSE) X(C0_EPC) X(C0_STATUS) X(C0_TABLE)

struct guest {
	u32 registers[32];	/* the first is PC */
	u32 cop0[16], number, has_ended, has_shrunk;
	u32 has_entry, entry[5];	/* of the handler it is in: Index, EntryHi, PageMask, EntryLo0, EntryLo1 */
	u32 table[PAGES] __attribute__((aligned(8)));
};

extern const char root_vector[], root_vector_end[], guest_refill[], guest_refill_end[], guest_invalid[], guest_invalid_end[], guest_program[];
void enter(u32 *registers);

static struct guest guests[2];
static u32 seed, switches;

static void put_at(u32 address, const char *code, const char *end)
{
	for (u32 i = 0; i < (u32)(end - code) / 4; i++)
		((u32 *)address)[i] = ((const u32 *)code)[i];
	sync_code((void *)address, end - code);
}

static void be_guest(const struct guest *g)
{
	mtc0(C0_GUESTCTL1, g->number << 16 | g->number);
}

static void map_memory(const struct guest *g)
{
	be_guest(g);
	mtc0(C0_INDEX, g->number);
	mtc0(C0_PAGEMASK, BOTH_16M);
	mtc0(C0_ENTRYHI, 0);
	mtc0(C0_ENTRYLO0, LO(0) | LO_V);
	mtc0(C0_ENTRYLO1, LO(0x01000000) | LO_V);
	asm volatile("tlbwi\n\tehb" : : : "memory");
}

static u32 expected_sum(u32 number)
{
	u32 sum = 0;
	for (u32 page = 0; page < PAGES; page++)
		sum += number * 1000 + page;
	return sum * ROUNDS;
}

static void start(struct guest *g, u32 number)
{
	*g = (struct guest) { .number = number };
	u32 memory = 0x00400000 * number;
	for (u32 page = 0; page < PAGES; page++) {
		u32 *at = (u32 *)KSEG0(memory + page * PAGE_BYTES);
		/* Whoever looks elsewhere in the page finds something else. */
		for (u32 i = 0; i < PAGE_BYTES / 4; i++)
			at[i] = 0xbad;
		at[WORD_AT / 4] = number * 1000 + page;
		g->table[page] = LO(memory + page * PAGE_BYTES);
	}
	g->registers[0] = (u32)guest_program;
	g->registers[4] = ROUNDS;
	u32 i = 0;
#define RESET(reg)	mtgc0(reg, 0); g->cop0[i++] = mfgc0(reg);
	SAVED(RESET)
	g->cop0[3] = PAGE_MASK;
	g->cop0[9] = (u32)g->table - (FIRST_PAGE >> 14 << 2);
	map_memory(g);
}

/* The fix: the entry that a handler is about is there when the handler goes on. */
static void save_entry(struct guest *g)
{
	u32 code = CAUSE_CODE(mfgc0(C0_CAUSE));
	g->has_entry = 0;
	if (!(mfgc0(C0_STATUS) & STATUS_EXL) || code < EXC_MOD || code > EXC_TLBS)
		return;
	mtgc0(C0_ENTRYHI, mfgc0(C0_BADVADDR) & ~0x1fff);
	tlbgp();
	if ((int)mfgc0(C0_INDEX) < 0)
		return;
	tlbgr();
	u32 entry[] = { mfgc0(C0_INDEX), mfgc0(C0_ENTRYHI), mfgc0(C0_PAGEMASK), mfgc0(C0_ENTRYLO0), mfgc0(C0_ENTRYLO1) };
	for (u32 i = 0; i < COUNT_OF(entry); i++)
		g->entry[i] = entry[i];
	g->has_entry = 1;
}

static void restore_entry(const struct guest *g)
{
	if (!g->has_entry)
		return;
	mtgc0(C0_INDEX, g->entry[0]);
	mtgc0(C0_ENTRYHI, g->entry[1]);
	mtgc0(C0_PAGEMASK, g->entry[2]);
	mtgc0(C0_ENTRYLO0, g->entry[3]);
	mtgc0(C0_ENTRYLO1, g->entry[4]);
	tlbgwi();
}

static void leave(struct guest *g, int fixes)
{
	u32 i = 0;
#define SAVE(reg)	g->cop0[i++] = mfgc0(reg);
	SAVED(SAVE)
	if (!g->has_shrunk && mfgc0(C0_PAGEMASK) != PAGE_MASK) {
		g->has_shrunk = 1;
		print("  switch %u: the pages of guest %u have shrunk, PageMask %x, at %08x\n", switches, g->number, mfgc0(C0_PAGEMASK), mfgc0(C0_BADVADDR));
	}
	if (fixes)
		save_entry(g);
}

static void resume(const struct guest *g, int fixes)
{
	be_guest(g);
	if (fixes)
		restore_entry(g);
	u32 i = 0;
#define RESTORE(reg)	mtgc0(reg, g->cop0[i++]);
	SAVED(RESTORE)
}

/* How long until root looks in again: the seed says it. */
static void set_timer(void)
{
	seed = seed * 1103515245 + 12345;
	mtc0(C0_COMPARE, mfc0(C0_COUNT) + 200 + (seed >> 16) % 1000);
}

/* Both guests in turn, until both have ended or one cannot. */
static void run_both(int fixes)
{
	seed = SEED;
	tlbginvf();
	for (u32 number = 1; number <= 2; number++) {
		start(&guests[number - 1], number);
		be_guest(&guests[number - 1]);
		tlbginvf();
	}
	for (switches = 0; switches < MOST_SWITCHES && !(guests[0].has_ended && guests[1].has_ended); switches++) {
		struct guest *g = &guests[switches % 2];
		if (g->has_ended)
			continue;
		resume(g, fixes);
		set_timer();
		enter(g->registers);
		if (CAUSE_CODE(mfc0(C0_CAUSE)) != EXC_INT) {
			g->has_ended = 1;
			check("it ends by its own hypercall", EXC_GE << 8 | GEXC_HC, CAUSE_CODE(mfc0(C0_CAUSE)) << 8 | GEXC(mfc0(C0_GUESTCTL0)));
		}
		leave(g, fixes);
	}
}

int main(void)
{
	begin();
	if (!(mfc0(C0_CONFIG1) & 0x80000000) || !(mfc0(C0(16, 2)) & 0x80000000) || !(mfc0(C0_CONFIG3) & CONFIG3_VZ)) {
		print("no virtualization module\n");
		finish();
	}
	put_at(0x80000000, root_vector, root_vector_end);
	put_at(0x80000180, root_vector, root_vector_end);
	put_at(GUEST_EBASE, guest_refill, guest_refill_end);
	put_at(GUEST_EBASE + 0x180, guest_invalid, guest_invalid_end);
	mtc0(C0_GUESTCTL0, CTL0_GENEROUS);
	mtc0(C0_CAUSE, 0);
	mtgc0(C0_EBASE, GUEST_EBASE);
	mtgc0(C0_CONFIG1, (mfgc0(C0_CONFIG1) & ~CONFIG1_MMUSIZE) | (OWN_ENTRIES - 1) << 25);

	print("without the fix, seed %u\n", SEED);
	run_both(0);
	check("a guest's pages have shrunk", 1, guests[0].has_shrunk | guests[1].has_shrunk);
	for (u32 i = 0; i < 2; i++)
		if (guests[i].has_shrunk)
			check("it never ends, or has computed nonsense", 1, !guests[i].has_ended || guests[i].registers[2] != expected_sum(i + 1));

	print("with the fix, seed %u\n", SEED);
	run_both(1);
	for (u32 i = 0; i < 2; i++) {
		check("no page shrinks", 0, guests[i].has_shrunk);
		check("the guest ends", 1, guests[i].has_ended);
		check("its sum is right", expected_sum(i + 1), guests[i].registers[2]);
	}
	print("  after %u switches\n", switches);
	finish();
}
