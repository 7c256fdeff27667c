/* Self-modifying code: whatever is executed must be what was last written and published. */
#include "test.h"

extern const char patch_ahead[], patch_slot[], patch_branch[], patch_loop[], data_beside_code[];

#define CODE	0x00200000	/* physical page where the tests write code */
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D)

#define LI_V0(n)	(0x24020000 | (n))
#define JR_RA		0x03e00008
#define SYSCALL		0x0000000c

/* Writes "return n" without publishing it. */
static void write_return(u32 at, u32 n)
{
	volatile u32 *code = (u32 *)at;
	code[0] = JR_RA;
	code[1] = LI_V0(n);
}

/* The user-mode counterpart: v0 = n; syscall. */
static void write_syscall(u32 at, u32 n)
{
	volatile u32 *code = (u32 *)at;
	code[0] = LI_V0(n);
	code[1] = SYSCALL;
}

static u32 call(u32 at, u32 status)
{
	return run((void *)at, 0, status, 0)->v0;
}

static void in_kseg0(void)
{
	u32 at = KSEG0(CODE), wrong = 0;
	for (u32 n = 0; n < 200; n++) {
		write_return(at, n);
		sync_code((void *)at, 8);
		wrong += call(at, KERNEL) != n;
	}
	check("code rewritten 200 times in kseg0", 0, wrong);

	write_return(at, 1);
	sync_code((void *)at, 8);
	u32 sum = 0;
	for (int i = 0; i < 20000; i++)
		sum += ((u32 (*)(void))at)();
	write_return(at, 2);
	sync_code((void *)at, 8);
	for (int i = 0; i < 20000; i++)
		sum += ((u32 (*)(void))at)();
	check("hot code rewritten", 60000, sum);

	write_return(at, 3);
	asm volatile("cache 0x15, 0(%0)\n\tsync\n\tcache 0x10, 0(%0)\n\tsync\n\tehb" : : "r"(at) : "memory");
	check("published by CACHE instead of SYNCI", 3, call(at, KERNEL));
	write_return(KSEG0(CODE) | 0x20000000, 4);
	asm volatile("cache 0x11, 0(%0)\n\tcache 0x10, 0(%0)\n\tsync\n\tehb" : : "r"(at) : "memory");
	check("written through kseg1", 4, call(at, KERNEL));
}

static void in_mapped_pages(void)
{
	u32 one = 0x00400000, other = 0x00600000, wrong = 0;
	clear_tlb();
	map(0, 0, one, LO(CODE), LO(CODE + 0x1000));
	map(1, 0, other, LO(CODE), LO(CODE + 0x2000));
	for (u32 n = 0; n < 50; n++) {
		write_syscall(one, n);
		sync_code((void *)one, 8);
		wrong += call(other, USER) != n;
		wrong += call(one, USER) != n;
		write_syscall(KSEG0(CODE), n + 100);
		sync_code((void *)KSEG0(CODE), 8);
		wrong += call(one, USER) != n + 100;
	}
	check("written by one mapping, executed by another", 0, wrong);

	write_syscall(KSEG0(CODE + 0x1000), 7);
	write_syscall(KSEG0(CODE + 0x2000), 8);
	sync_code((void *)KSEG0(CODE), 0x3000);
	check("first page", 7, call(one + 0x1000, USER));
	map(0, 0, one, LO(CODE), LO(CODE + 0x2000));
	check("the page remapped: other code at one address", 8, call(one + 0x1000, USER));
	map(0, 0, one | 1, LO(CODE), LO(CODE + 0x1000));
	map(2, 0, one | 2, LO(CODE), LO(CODE + 0x2000));
	wrong = 0;
	for (u32 i = 0; i < 50; i++) {
		mtc0(C0_ENTRYHI, 1 + (i & 1));
		wrong += call(one + 0x1000, USER) != 7 + (i & 1);
	}
	check("one address, two address spaces", 0, wrong);
	mtc0(C0_ENTRYHI, 0);

	/* A page of code becomes a page of data and then another page of code. */
	u32 *page = (u32 *)KSEG0(CODE + 0x1000);
	for (u32 i = 0; i < 1024; i++)
		page[i] = i * i;
	u32 sum = 0;
	for (u32 i = 0; i < 1024; i++)
		sum += page[i];
	check("a page of code reused for data", 357389824, sum);
	write_syscall(KSEG0(CODE + 0x1ff8), 9);
	sync_code((void *)KSEG0(CODE + 0x1ff8), 8);
	mtc0(C0_ENTRYHI, 1);
	check("and for code again", 9, call(one + 0x1ff8, USER));
	mtc0(C0_ENTRYHI, 0);
}

static void by_itself(void)
{
	check("an instruction ahead patched", 2, run(patch_ahead, 0, KERNEL, 0)->v0);
	check("a delay slot patched", 2, run(patch_slot, 0, KERNEL, 0)->v0);
	check("a branch patched", 2, run(patch_branch, 0, KERNEL, 0)->v0);
	check("an instruction in a loop patched by the loop", 499500, run(patch_loop, 1000, KERNEL, 0)->v0);
	check("data beside code", 300000, run(data_beside_code, 100000, KERNEL, 0)->v0);
}

int main(void)
{
	begin();
	in_kseg0();
	in_mapped_pages();
	by_itself();
	finish();
}
