/*
 * Runs the table of cases and compares every register the exception left behind; then vectors that move. BEV = 1 is left
 * out: its vectors lie in the boot ROM, where a guest has no code.
 */
#include "case.h"
#include "test.h"

#define MAPS	0x0007e000	/* PageMask of 256 KB pages */

/* All that an exception leaves, one register at a time: the first that differs is reported. */
static void judge(const struct test_case *c, const struct trap *t)
{
	u32 code = c->expect & 31;
	struct { const char *what; u32 expected, got, relevant; } row[] = {
		{ "exceptions", 1, t->count, 1 },
		{ "ExcCode", code, CAUSE_CODE(t->cause), 1 },
		{ "EPC", c->expect & IN_USER && c->epc != c->badvaddr ? PHYSICAL(c->epc) : c->epc, t->epc, 1 },
		{ "BD", c->expect & BD ? 1 : 0, t->cause >> 31, 1 },
		{ "CE", c->expect >> 16, CAUSE_CE(t->cause), code == EXC_CPU },
		{ "vector", c->expect & REFILL ? 0x80000000 : 0x80000180, t->vector, 1 },
		{ "EXL", STATUS_EXL, t->status & (STATUS_EXL | STATUS_ERL), 1 },
		{ "v0", UNTOUCHED, t->v0, 1 },
		{ "BadVAddr", c->badvaddr, t->badvaddr, c->expect & ADDRESS },
		{ "EntryHi", (c->badvaddr & ~0x1fff) | 0x42, t->entryhi, code >= EXC_MOD && code <= EXC_TLBS },
		{ "Context", 0xab800000 | (c->badvaddr >> 13) << 4, t->context, code >= EXC_MOD && code <= EXC_TLBS },
	};
	for (u32 i = 0; i < sizeof row / sizeof *row; i++)
		if (row[i].relevant && row[i].expected != row[i].got) {
			check_of(c->name, row[i].what, row[i].expected, row[i].got);
			return;
		}
	check(c->name, 0, 0);
}

static void run_case(const struct test_case *c)
{
	int user = c->expect & IN_USER;
	mtc0(C0_ENTRYHI, 0x42);
	mtc0(C0_CONTEXT, 0xab800000);
	const struct trap *t = run(user ? (const char *)PHYSICAL(c->code) : c->code, user ? USER_BUFFER : BUFFER,
		(user ? STATUS_UM : 0) | (c->expect & NO_FPU ? 0 : STATUS_CU1), 0);
	mtc0(C0_CAUSE, 0);
	if (c->expect & NONE)
		check(c->name, 0, t->count);
	else
		judge(c, t);
}

extern const char raise_interrupt[];

static void interrupt_vectors(void)
{
	mtc0(C0_CAUSE, 0);
	check("interrupt goes to 0x180 with Cause.IV = 0", 0x80000180, run(raise_interrupt, 0, KERNEL, 0)->vector);
	mtc0(C0_CAUSE, CAUSE_IV);
	check("interrupt goes to 0x200 with Cause.IV = 1", 0x80000200, run(raise_interrupt, 0, KERNEL, 0)->vector);
	mtc0(C0_CAUSE, CAUSE_IV);
	check("other exceptions ignore Cause.IV", 0x80000180, run(peek, 1, KERNEL, 0)->vector);
	mtc0(C0_CAUSE, 0);
}

static void moved_vectors(void)
{
	u32 base = 0x80010000;
	install_vectors(base);
	mtc0(C0_EBASE, base);
	check("EBase moves the refill vector", base, run(peek, UNMAPPED_PAGE, KERNEL, 0)->vector);
	check("EBase moves the general vector", base + 0x180, run(peek, 1, KERNEL, 0)->vector);
	mtc0(C0_CAUSE, CAUSE_IV);
	check("EBase moves the interrupt vector", base + 0x200, run(raise_interrupt, 0, KERNEL, 0)->vector);
	mtc0(C0_CAUSE, 0);
	mtc0(C0_EBASE, 0x80000000);
}

/* A branch in the last word of a page, its slot on the next one, which is invalid: the slot's fetch faults, EPC is the branch. */
static void slot_on_the_next_page(void)
{
	u32 page = KSEG0(0x200000), *last = (u32 *)(page + 0xffc), va = 0x00a00000;
	*last = 0x10000003;	/* b .+16 */
	sync_code(last, 4);
	map(3, 0, va, PHYSICAL(page) >> 6 | LO_CACHED | LO_V, 0);
	const struct trap *t = run((void *)(va + 0xffc), 0, USER, 0);
	check("slot on an invalid page: ExcCode", EXC_TLBL, CAUSE_CODE(t->cause));
	check("slot on an invalid page: EPC", va + 0xffc, t->epc);
	check("slot on an invalid page: BD", 1, t->cause >> 31);
	check("slot on an invalid page: BadVAddr", va + 0x1000, t->badvaddr);
}

int main(void)
{
	begin();
	mtc0(C0_HWRENA, 0);
	map(0, MAPS, 0x00100000, 0x00100000 >> 6 | LO_CACHED | LO_V | LO_D | LO_G, 0x00140000 >> 6 | LO_CACHED | LO_V | LO_D | LO_G);
	map(1, 0, INVALID_PAGE, LO_G, LO_G);
	map(2, 0, READ_ONLY_PAGE, 0x00300000 >> 6 | LO_CACHED | LO_V | LO_G, LO_G);
	for (const struct test_case *c = cases; c < cases_end; c++)
		run_case(c);
	interrupt_vectors();
	moved_vectors();
	slot_on_the_next_page();
	finish();
}
