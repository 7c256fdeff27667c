/*
 * Calls through a register to another page, in user mode and hot, so that the callee becomes part of its caller's code: it
 * is the one that is there now, wherever its page has gone, and faults where it begins.
 */
#include "test.h"

#define CALLEES		0x00800000
#define FIRST_RAM	0x00200000
#define SECOND_RAM	0x00205000
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D | LO_G)
#define INVALID		LO_G
#define HOT		6000
#define BOTH		64	/* from a callee to its neighbour */

#define LI_T0		0x24080000
#define JR_RA		0x03e00008

extern const char call_one[], call_two[];

static void callee(u32 physical, u32 result)
{
	volatile u32 *code = (volatile u32 *)KSEG0(physical);
	code[0] = LI_T0 | result;
	code[1] = JR_RA;
	code[2] = 0;
	sync_code((void *)code, 12);
}

static void pages(u32 callees)
{
	clear_tlb();
	u32 code = PHYSICAL(call_one) & ~0x1fff;
	map(0, 0, code, LO(code), LO(code + 0x1000));
	u32 next = code + 0x2000;
	map(1, 0, next, LO(next), LO(next + 0x1000));
	map(2, 0, CALLEES, callees, INVALID);
}

static const struct trap *go(const char *caller, u32 callee, u32 rounds)
{
	return run((const char *)PHYSICAL(caller), callee, USER, rounds);
}

static void what_is_there_now_is_called(void)
{
	callee(FIRST_RAM, 1);
	callee(SECOND_RAM, 2);
	pages(LO(FIRST_RAM));
	check("a callee on another page", HOT, go(call_one, CALLEES, HOT)->v0);
	pages(LO(SECOND_RAM));
	check("another frame behind its page", 2 * HOT, go(call_one, CALLEES, HOT)->v0);
	pages(LO(FIRST_RAM));
	check("the first one again", HOT, go(call_one, CALLEES, HOT)->v0);
	callee(FIRST_RAM, 3);
	check("other code in its place", 3 * HOT, go(call_one, CALLEES, HOT)->v0);
}

static void two_callees_take_turns(void)
{
	callee(FIRST_RAM, 1);
	callee(FIRST_RAM + BOTH, 5);
	pages(LO(FIRST_RAM));
	check("two callees", HOT / 2 * 6, go(call_two, CALLEES, HOT)->v0);
	callee(FIRST_RAM + BOTH, 7);
	check("other code in place of one", HOT / 2 * 8, go(call_two, CALLEES, HOT)->v0);
}

static void check_fault(const char *what, u32 code, u32 address)
{
	const struct trap *t = go(call_one, address, HOT);
	check(what, code, CAUSE_CODE(t->cause));
	check("its address", address, t->badvaddr);
	check("it begins the callee", address, t->epc);
	check("nothing behind it", UNTOUCHED, t->v0);
}

static void a_callee_that_cannot_be_fetched_faults_where_it_begins(void)
{
	pages(INVALID);
	check_fault("a page that is not valid", EXC_TLBL, CALLEES);
	pages(LO(FIRST_RAM));
	check_fault("an address that is not aligned", EXC_ADEL, CALLEES + 2);
	check("and the callee is there all the same", HOT, go(call_one, CALLEES, HOT)->v0);
}

int main(void)
{
	begin();
	what_is_there_now_is_called();
	two_callees_take_turns();
	a_callee_that_cannot_be_fetched_faults_where_it_begins();
	finish();
}
