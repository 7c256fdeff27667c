/*
 * Loads and stores off one base register, in user mode, whose bytes lie on one page or on two that are not neighbours in
 * memory: each goes where its own address says, and faults as if it were alone. Hot, so that it is translated.
 */
#include "test.h"

#define FIRST		0x00800000
#define SECOND		0x00801000
#define FIRST_RAM	0x00200000
#define SECOND_RAM	0x00205000
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D | LO_G)
#define INVALID		LO_G
#define HOT		2000

extern const char off_one_base[], off_one_base_end[];

static volatile void *at(u32 va)
{
	return (volatile void *)KSEG0(va < SECOND ? FIRST_RAM + (va - FIRST) : SECOND_RAM + (va - SECOND));
}

#define U32(va)	(*(volatile u32 *)at(va))
#define U16(va)	(*(volatile u16 *)at(va))
#define U8(va)	(*(volatile u8 *)at(va))

static void pages(u32 second)
{
	clear_tlb();
	u32 code = PHYSICAL(off_one_base) & ~0x1fff;
	map(0, 0, code, LO(code), LO(code + 0x1000));
	u32 next = code + 0x2000;
	map(1, 0, next, LO(next), LO(next + 0x1000));
	map(2, 0, FIRST, LO(FIRST_RAM), second);
	for (u32 va = FIRST + 0xfc0; va < SECOND + 0x40; va += 4)
		U32(va) = va * 0x01010101 ^ 0x5a5a1234;
}

static const struct trap *go(u32 base, u32 rounds)
{
	return run((const char *)PHYSICAL(off_one_base), base, USER, rounds);
}

static void each_goes_where_it_should(void)
{
	u32 wrong_sums = 0, wrong_words = 0, wrong_ends = 0;
	for (u32 base = SECOND - 40; base < SECOND + 8; base += 4) {
		pages(LO(SECOND_RAM));
		u32 sum = 0, word = U32(base) + U16(base + 6) + U8(base + 9);
		for (u32 i = 0; i < HOT; i++)
			sum += word;
		const struct trap *t = go(base, HOT);
		wrong_sums += t->v0 != sum;
		wrong_ends += CAUSE_CODE(t->cause) != EXC_SYS;
		wrong_words += U32(base + 12) != word || U16(base + 18) != 1 || U8(base + 21) != 1;
	}
	check("sums of what was loaded", 0, wrong_sums);
	check("what was stored", 0, wrong_words);
	check("no exception but the one at the end", 0, wrong_ends);
}

/* In the order of the code; those from the fourth on are stores. */
static const u8 offsets[] = { 0, 6, 9, 12, 18, 21 };

static void each_faults_by_itself(void)
{
	u32 wrong_codes = 0, wrong_addresses = 0, wrong_results = 0;
	for (u32 base = SECOND - 20; base < SECOND + 8; base += 4) {
		pages(INVALID);
		u32 which = 0;
		while (base + offsets[which] < SECOND)
			which++;
		const struct trap *t = go(base, HOT);
		wrong_codes += CAUSE_CODE(t->cause) != (which < 3 ? EXC_TLBL : EXC_TLBS);
		wrong_addresses += t->badvaddr != base + offsets[which];
		wrong_results += t->v0 != UNTOUCHED;
	}
	check("codes of the first access on an invalid page", 0, wrong_codes);
	check("its addresses", 0, wrong_addresses);
	check("nothing behind it", 0, wrong_results);
}

static void a_base_that_is_not_aligned(void)
{
	pages(LO(SECOND_RAM));
	const struct trap *t = go(FIRST + 0x101, HOT);
	check("not aligned", EXC_ADEL, CAUSE_CODE(t->cause));
	check("its address", FIRST + 0x101, t->badvaddr);
}

static void a_page_that_may_not_be_stored_to(void)
{
	pages(LO(SECOND_RAM) & ~LO_D);
	const struct trap *t = go(SECOND + 0x10, HOT);
	check("loads go on, the store does not", EXC_MOD, CAUSE_CODE(t->cause));
	check("the store's address", SECOND + 0x1c, t->badvaddr);
}

int main(void)
{
	begin();
	each_goes_where_it_should();
	each_faults_by_itself();
	a_base_that_is_not_aligned();
	a_page_that_may_not_be_stored_to();
	finish();
}
