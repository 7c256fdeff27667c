/*
 * MIPS16e (MD00076): what an exception says of half words, how code of either kind reaches the other, instructions that
 * lie on two pages, and functions that a compiler made of the same C in both.
 */
#include "test.h"
#include "half.h"

extern const char returns_42[], breaks[], at_break[], breaks_behind_jr[], breaks_behind_jalr[], breaks_behind_jal[],
	breaks_behind_jalx[], loads[], loads_far[], loads_behind_jr[], stores[], saves[], at_save[], restores[], at_restore[],
	jumps[], spins[], near[], near_in_slot[], near_word[], counts[], compares[];
extern const char behind_jal[], behind_jalrc[], behind_jalx[];
u32 frames(u32, u32, u32, u32), calls_words(void), links(void), links_compactly(void), link_of_jalx(void), return_from_error(const void *);

#define UNMAPPED	0x00800000
#define HALF(label)	((u32)(label) | 1)	/* where half words are: bit 0 of the address says so */

#define LI_V0	0xf222, 0x6a14	/* li $2, 0x1234 */
#define JR_RA	0xe820
#define JRC_RA	0xe8a0
#define BREAK	0xe805
#define NOP	0x6500

static void expect(const char *subject, const struct trap *t, u32 code, u32 epc, u32 bd)
{
	check_of(subject, "exceptions", 1, t->count);
	check_of(subject, "ExcCode", code, CAUSE_CODE(t->cause));
	check_of(subject, "EPC", epc, t->epc);
	check_of(subject, "BD", bd, t->cause >> 31);
}

static void exceptions(void)
{
	check("code of half words is entered and left", 42, run(returns_42, 0, KERNEL, 0)->v0);
	expect("break", run(breaks, 0, KERNEL, 0), EXC_BP, HALF(at_break), 0);
	expect("break in the slot of jr", run(breaks_behind_jr, 0, KERNEL, 0), EXC_BP, HALF(breaks_behind_jr), 1);
	expect("break in the slot of jalr", run(breaks_behind_jalr, 0, KERNEL, 0), EXC_BP, HALF(breaks_behind_jalr), 1);
	expect("break in the slot of jal", run(breaks_behind_jal, 0, KERNEL, 0), EXC_BP, HALF(breaks_behind_jal), 1);
	expect("break in the slot of jalx", run(breaks_behind_jalx, 0, KERNEL, 0), EXC_BP, HALF(breaks_behind_jalx), 1);

	const struct trap *t = run(loads, 2, KERNEL, 0);
	expect("unaligned load", t, EXC_ADEL, HALF(loads), 0);
	check("unaligned load: BadVAddr", 2, t->badvaddr);
	check("unaligned load: v0", UNTOUCHED, t->v0);
	t = run(loads_far, UNMAPPED, KERNEL, 0);
	expect("extended load", t, EXC_TLBL, HALF(loads_far), 0);
	check("extended load: BadVAddr", UNMAPPED + 0x1234, t->badvaddr);
	check("extended load: vector", 0x80000000, t->vector);
	t = run(loads_behind_jr, UNMAPPED, KERNEL, 0);
	expect("load in the slot of jr", t, EXC_TLBL, HALF(loads_behind_jr), 1);
	expect("store", run(stores, UNMAPPED, KERNEL, 0), EXC_TLBS, HALF(stores), 0);
	t = run(saves, UNMAPPED, KERNEL, 0);
	expect("save", t, EXC_TLBS, HALF(at_save), 0);
	check("save: BadVAddr", UNMAPPED - 4, t->badvaddr);
	t = run(restores, UNMAPPED, KERNEL, 0);
	expect("restore", t, EXC_TLBL, HALF(at_restore), 0);
	check("restore: BadVAddr", UNMAPPED + 60, t->badvaddr);

	t = run(jumps, 0x80100002, KERNEL, 0);
	expect("jump between words", t, EXC_ADEL, 0x80100002, 0);
	check("jump between words: BadVAddr", 0x80100002, t->badvaddr);
	t = run(jumps, UNMAPPED | 1, KERNEL, 0);
	expect("jump to half words that are not mapped", t, EXC_TLBL, UNMAPPED | 1, 0);
	check("jump to half words that are not mapped: BadVAddr", UNMAPPED, t->badvaddr);

	mtc0(C0_CAUSE, CAUSE_IP0);
	expect("interrupt", run(spins, 0, KERNEL | STATUS_IE | STATUS_IM0, 0), EXC_INT, HALF(spins), 0);
	mtc0(C0_CAUSE, 0);
	mtc0(C0_COMPARE, mfc0(C0_COUNT) + 3000);
	expect("timer", run(spins, 0, KERNEL | STATUS_IE | STATUS_IM7, 0), EXC_INT, HALF(spins), 0);
	mtc0(C0_COMPARE, 0);
	check("eret from the error level", 42, return_from_error(returns_42));
}

static void ways(void)
{
	check("jalx to words and back", 44, calls_words());
	check("jal links behind its slot", HALF(behind_jal), links());
	check("jalrc links behind itself", HALF(behind_jalrc), links_compactly());
	check("jalx from words links an even address", (u32)behind_jalx, link_of_jalx());
	check("the program counter", ((u32)near & ~3) + 4, run(near, 0, KERNEL, 0)->v0);
	check("the program counter in a slot is the jump's", ((u32)near_in_slot & ~3) + 4, run(near_in_slot, 0, KERNEL, 0)->v0);
	check("a word near the program counter", 0x12345678, run(near_word, 0, KERNEL, 0)->v0);

	static u32 stack[16];
	u32 *frame = stack + 8;
	check("save and restore leave the stack pointer", (u32)frame, frames(0x11, 0x22, 0, (u32)frame));
	check("save stores an argument in the caller's frame", 0x11, frame[0]);
	check("save stores another", 0x22, frame[1]);

	check("a hot loop", 300000, run(counts, 100000, KERNEL, 0)->v0);
	check("an answer in register 24, and a far branch", 4001, run(compares, 5000, KERNEL, 0)->v0);
}

static u32 square(u32 n)
{
	return n * n;
}

static void compiled(void)
{
	static u8 bytes[1024];
	static short halves[2][64];
	static signed char small[2][64];

	for (u32 i = 0; i < sizeof bytes; i++)
		bytes[i] = i * 7 ^ i >> 3;
	for (u32 i = 0; i < 64; i++) {
		halves[0][i] = halves[1][i] = i * 1031;
		small[0][i] = small[1][i] = i * 37;
	}
	check("recursion", whole_fib(15), half_fib(15));
	check("a checksum", whole_crc(bytes, sizeof bytes), half_crc(bytes, sizeof bytes));
	check("a switch", whole_switch(20000), half_switch(20000));
	check("calls of words", whole_calls(square, 5000), half_calls(square, 5000));
	check("calls of half words", whole_calls(whole_fib, 12), half_calls(half_fib, 12));
	check("arguments on the stack", whole_many(1, 2, 3, 4, 5, 6, 7, 8), half_many(1, 2, 3, 4, 5, 6, 7, 8));
	u32 whole = 0, half = 0;
	for (int i = 0; i < 20; i++) {
		whole += whole_bytes(small[0], halves[0], 64);
		half += half_bytes(small[1], halves[1], 64);
	}
	check("bytes and half words in memory", whole, half);
}

static void write(u32 at, const u16 *code, u32 halves)
{
	for (u32 i = 0; i < halves; i++)
		((volatile u16 *)at)[i] = code[i];
	sync_code((void *)at, 2 * halves);
}

#define WRITE(at, ...)	write(at, (const u16[]){ __VA_ARGS__ }, sizeof((const u16[]){ __VA_ARGS__ }) / 2)

/* Two pages of half words; virtually one behind the other, physically not. */
static void two_pages(void)
{
	u32 first = KSEG0(0x200000), second = KSEG0(0x204000), va = 0x00a00000, end = va + 0xffe;
	u32 lo = LO_CACHED | LO_V | LO_D;
	map(3, 0, va, PHYSICAL(first) >> 6 | lo, PHYSICAL(second) >> 6 | lo);

	WRITE(first + 0xffe, 0xf222);
	WRITE(second, 0x6a14, BREAK);
	const struct trap *t = run((void *)(end | 1), 0, USER, 0);
	expect("an instruction on two pages", t, EXC_BP, (va + 0x1002) | 1, 0);
	check("an instruction on two pages: v0", 0x1234, t->v0);

	WRITE(first + 0xffe, 0xef40);		/* jalr $31, $7, its slot on the next page */
	WRITE(second, 0x6a07);			/* li $2, 7 */
	WRITE(first + 0x100, BREAK);
	t = run((void *)(end | 1), va + 0x101, USER, 0);
	expect("a slot on the next page", t, EXC_BP, va + 0x101, 0);
	check("a slot on the next page: v0", 7, t->v0);
	check("a slot on the next page: ra", (va + 0x1002) | 1, t->ra);

	u32 target = (va + 0x200) >> 2;
	WRITE(first + 0xffe, 0x1800 | (target >> 16 & 31) << 5 | (target >> 21 & 31));	/* jal, on both */
	WRITE(second, target & 0xffff, 0x6a08);
	WRITE(first + 0x200, BREAK);
	t = run((void *)(end | 1), 0, USER, 0);
	expect("a jump on two pages", t, EXC_BP, va + 0x201, 0);
	check("a jump on two pages: v0", 8, t->v0);
	check("a jump on two pages: ra", (va + 0x1004) | 1, t->ra);

	map(3, 0, va, PHYSICAL(first) >> 6 | lo, 0);
	t = run((void *)(end | 1), 0, USER, 0);
	expect("the second page is invalid", t, EXC_TLBL, end | 1, 0);
	check("the second page is invalid: BadVAddr", va + 0x1000, t->badvaddr);
	WRITE(first + 0xffe, JR_RA);
	t = run((void *)(end | 1), 0, USER, 0);
	expect("the slot is on an invalid page", t, EXC_TLBL, end | 1, 1);
	check("the slot is on an invalid page: BadVAddr", va + 0x1000, t->badvaddr);
}

static void rewritten(void)
{
	u32 at = KSEG0(0x208000), wrong = 0;
	for (u32 n = 0; n < 100; n++) {
		WRITE(at, 0x6a00 | n, JRC_RA);
		for (u32 i = 0; i < (n % 10 == 0 ? 2000 : 1); i++)
			wrong += ((u32 (*)(void))(at | 1))() != n;
	}
	check("code of half words that is rewritten", 0, wrong);
	/* The same bytes are other instructions to those who come without bit 0. */
	WRITE(at, NOP, NOP);
	check("words where half words are", EXC_RI, CAUSE_CODE(run((void *)at, 0, KERNEL, 0)->cause));
}

int main(void)
{
	begin();
	exceptions();
	ways();
	compiled();
	two_pages();
	rewritten();
	finish();
}
