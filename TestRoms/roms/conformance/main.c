/*
 * Runs programs that somebody has put into memory, one after the other, and leaves what became of each there too; without any, it ends at once.
 * TestRoms/Conformance/KernelComparison.cs makes them, and compares what this processor left with what QEMU's did.
 *
 * A program's exceptions are noted, and it goes on behind what caused them, until it comes to the BREAK at its end or has had enough of them.
 */
#include "test.h"
#include "board.h"
#include "program.h"

#define PROGRAMS	((const u32 *)0x81800000)	/* their number; then each */
#define RESULTS		((u32 *)0x82000000)
#define CODE_PAGE	0x80300000
#define DATA_PAGE	0x80301000
#define DATA_PAGES	3
#define DATA_WORDS	16				/* of each page */
#define LO(page, flags)	(PHYSICAL(page) >> 6 | (flags))

extern const u32 program_stub[4];

static void mask_interrupts(void)
{
	static const u16 ports[] = { 0x20, 0xa0 };
	for (int i = 0; i < 2; i++) {
		MMIO8(PORT(ports[i])) = 0x11;
		MMIO8(PORT(ports[i] + 1)) = 8 * i;
		MMIO8(PORT(ports[i] + 1)) = i ? 2 : 4;
		MMIO8(PORT(ports[i] + 1)) = 1;
		MMIO8(PORT(ports[i] + 1)) = 0xff;
	}
}

static void take_vectors(void)
{
	static const u16 offsets[] = { 0x000, 0x100, 0x180, 0x200 };
	for (int i = 0; i < 4; i++) {
		u32 *vector = (u32 *)(0x80000000 + offsets[i]);
		for (int word = 0; word < 4; word++)
			vector[word] = program_stub[word];
		sync_code(vector, 16);
	}
}

/* The same memory, TLB and COP0 for each. */
static void prepare(void)
{
	for (u32 page = 0; page < DATA_PAGES; page++)
		for (u32 word = 0; word < DATA_WORDS; word++)
			((u32 *)(DATA_PAGE + 4096 * page))[word] = 0x01234567 * (16 * page + word + 1);
	asm volatile(
		".set push\n\t.set hardfloat\n\t"
		".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"
		"mtc1 $0, $f\\n\n\t.endr\n\t.set pop");
	clear_tlb();
	map(0, 0, 0x00400000, LO(CODE_PAGE, LO_V | LO_D | LO_G | LO_CACHED), LO(DATA_PAGE, LO_V | LO_D | LO_G | LO_CACHED));
	map(1, 0, 0x00402000, LO(DATA_PAGE + 4096, LO_V | LO_CACHED), LO(DATA_PAGE, LO_CACHED));
	map(2, 0, 0xc0000000, LO(DATA_PAGE + 8192, LO_V | LO_D | LO_G | LO_CACHED), LO(DATA_PAGE, LO_V | LO_G | LO_CACHED));
	mtc0(C0_ENTRYHI, 0);
	mtc0(C0_ENTRYLO0, 0);
	mtc0(C0_ENTRYLO1, 0);
	mtc0(C0_INDEX, 0);
	mtc0(C0_CONTEXT, 0);
	mtc0(C0_WIRED, 0);
	mtc0(C0_HWRENA, 0);
	mtc0(C0_CAUSE, 0);
	mtc0(C0_COMPARE, mfc0(C0_COUNT) - 1);
}

static u32 *put_tlb(u32 *at)
{
	for (u32 i = 0; i < 16; i++) {
		mtc0(C0_INDEX, i);
		tlbr();
		*at++ = mfc0(C0_ENTRYHI);
		*at++ = mfc0(C0_ENTRYLO0);
		*at++ = mfc0(C0_ENTRYLO1);
	}
	return at;
}

static void execute(const struct program *program, u32 *result)
{
	u32 *code = (u32 *)(CODE_PAGE + CODE_OFFSET);
	for (u32 i = 0; i < program->words; i++)
		code[i] = program->code[i];
	for (u32 i = 0; i < 8; i++)
		code[program->words + i] = 0x0000000d;
	sync_code(code, 4 * (program->words + 8));
	run_program(program, result);
}

/* What no move writes: BadVAddr, and Context as far as the processor sets it. */
static void miss_at_zero(u32 *scratch)
{
	static const struct { struct program program; u32 load; } miss = { { 1, KERNEL, CODE_PAGE + CODE_OFFSET, { 0 } }, 0x8c010000 /* lw $1, 0($0) */ };
	execute(&miss.program, scratch);
}

int main(void)
{
	begin();
	mask_interrupts();
	take_vectors();
	u32 *result = RESULTS;
	const u32 *next = PROGRAMS + 1;
	for (u32 left = *PROGRAMS; left; left--) {
		const struct program *program = (const struct program *)next;
		prepare();
		miss_at_zero(result);
		prepare();
		execute(program, result);
		result += NOTED;
		result = put_tlb(result);
		for (u32 page = 0; page < DATA_PAGES; page++)
			for (u32 word = 0; word < DATA_WORDS; word++)
				*result++ = ((u32 *)(DATA_PAGE + 4096 * page))[word];
		next = program->code + program->words;
	}
	finish();
}
