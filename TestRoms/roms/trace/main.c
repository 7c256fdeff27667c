/*
 * Stores of every kind to one page, from hot code, through kseg0, kseg1 and the TLB, and stores to its neighbours: a hypervisor that traces
 * the page sees 3 * ROUNDS * 12 + 3 of them and no other (docs/memory-tracing.md). The page then holds code, which is called and rewritten.
 */
#include "test.h"

#define PAGE	0x00300000
#define USER_VA	0x00400000
#define ROUNDS	5000

#define WORD(address)	(*(volatile u32 *)(address))

u32 every_store(u32 address, u32 rounds);

static void fill(u32 from, u32 to)
{
	for (u32 at = from; at < to; at += 4)
		WORD(at) = at;
}

int main(void)
{
	begin();
	clear_tlb();
	map(0, 0, USER_VA, PAGE >> 6 | LO_CACHED | LO_V | LO_D, 0);
	fill(KSEG0(PAGE) - 4096, KSEG0(PAGE));
	fill(KSEG0(PAGE) + 4096, KSEG0(PAGE) + 8192);
	u32 stored = every_store(KSEG0(PAGE) + 16, ROUNDS);
	stored |= every_store(0xa0000000 + PAGE + 4088, ROUNDS);
	stored |= every_store(USER_VA, ROUNDS);
	check("an SC without a link stores nothing", 0, stored);
	check("the last store of each round is there", 0, WORD(KSEG0(PAGE) + 20) | WORD(KSEG0(PAGE) + 4092) | WORD(KSEG0(PAGE) + 4));
	check("the page before is as it was", KSEG0(PAGE) - 4, WORD(KSEG0(PAGE) - 4));
	check("so is the page behind", KSEG0(PAGE) + 4096, WORD(KSEG0(PAGE) + 4096));
	u32 *code = (u32 *)KSEG0(PAGE + 64);
	code[0] = 0x03e00008;			/* jr ra */
	code[1] = 0x24020001;			/* li v0, 1 */
	sync_code(code, 8);
	check("code on the page runs", 1, run(code, 0, KERNEL, 0)->v0);
	code[1] = 0x24020002;
	sync_code(code, 8);
	check("and is what was stored last", 2, run(code, 0, KERNEL, 0)->v0);
	finish();
}
