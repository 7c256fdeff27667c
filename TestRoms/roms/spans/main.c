/*
 * Loads and stores off one base register, in user mode, whose bytes lie on one page or on two that are not neighbours in
 * memory: each goes where its own address says, and faults as if it were alone. So do those of a loop that is on another
 * page each time, first on neighbours, then on others. Hot, so that it is translated.
 */
#include "test.h"

#define FIRST		0x00800000
#define SECOND		0x00801000
#define FIRST_RAM	0x00200000
#define SECOND_RAM	0x00205000
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D | LO_G)
#define INVALID		LO_G
#define HOT		2000

extern const char off_one_base[], from_page_to_page[];

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
	for (u32 va = FIRST; va < SECOND + 0x100; va += 4)
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

/* From the first page to the second and back. */
static const struct trap *to_and_fro(u32 base, u32 rounds, u32 way)
{
	return run((const char *)PHYSICAL(from_page_to_page), base, USER, way << 16 | rounds);
}

#define OTHER_PAGE	0x1000
#define FEW		64

static u32 sum_of(u32 base)
{
	return U32(base) + U16(base + 14) + U8(base + 64);
}

static void each_page_is_where_it_should_be(void)
{
	/* Neighbours, until it is known that they are. */
	for (int i = 0; i < 4; i++) {
		pages(LO(FIRST_RAM + OTHER_PAGE));
		to_and_fro(FIRST, HOT, OTHER_PAGE);
	}
	pages(LO(SECOND_RAM));
	u32 sum = FEW / 2 * (sum_of(FIRST) + sum_of(SECOND));
	const struct trap *t = to_and_fro(FIRST, FEW, OTHER_PAGE);
	check("sums from two pages", sum, t->v0);
	check("stored on the first", U32(FIRST), U32(FIRST + 128));
	check("stored on the second", U32(SECOND), U32(SECOND + 128));
	check("last byte on the first", 2, U8(FIRST + 96));
	check("last byte on the second", 1, U8(SECOND + 96));
	/* On the first page, then over its end. */
	pages(LO(SECOND_RAM));
	sum = sum_of(SECOND - 32) + sum_of(SECOND - 8);
	t = to_and_fro(SECOND - 32, 2, 24);
	check("sum over the end of the first", sum, t->v0);
	to_and_fro(SECOND - 128 - 32, 2, 24);
	check("stored over the end of the first", U16(SECOND - 128 - 8 + 14), U16(SECOND + 4));
}

static void each_page_faults_by_itself(void)
{
	pages(INVALID);
	const struct trap *t = to_and_fro(FIRST, FEW, OTHER_PAGE);
	check("second page invalid", EXC_TLBL, CAUSE_CODE(t->cause));
	check("its address", SECOND, t->badvaddr);
	t = to_and_fro(SECOND, 1, OTHER_PAGE);
	check("the first that is met invalid", EXC_TLBL, CAUSE_CODE(t->cause));
	check("its address", SECOND, t->badvaddr);
	pages(LO(FIRST_RAM + OTHER_PAGE) & ~LO_D);
	t = to_and_fro(FIRST, FEW, OTHER_PAGE);
	check("second page not to be stored to", EXC_MOD, CAUSE_CODE(t->cause));
	check("its address", SECOND + 96, t->badvaddr);
	t = to_and_fro(FIRST, FEW, 1);
	check("a word not aligned", EXC_ADEL, CAUSE_CODE(t->cause));
	check("its address", FIRST + 1, t->badvaddr);
	t = to_and_fro(FIRST, FEW, 4);
	check("two words not aligned", EXC_ADEL, CAUSE_CODE(t->cause));
	check("its address", FIRST + 36, t->badvaddr);
}

int main(void)
{
	begin();
	each_goes_where_it_should();
	each_faults_by_itself();
	a_base_that_is_not_aligned();
	a_page_that_may_not_be_stored_to();
	each_page_is_where_it_should_be();
	each_page_faults_by_itself();
	finish();
}
