/* HYPCALL where the machine has it, and where it has not: docs/hypercalls.md. */
#include "test.h"
#include "board.h"
#include "hypcall.h"

extern const char call_unknown[], call_in_slot[], call_with_code[];

static void map_image(void)
{
	map(3, 0x7e000, 0x00100000, 0x00100000 >> 6 | LO_CACHED | LO_V | LO_D | LO_G, 0x00140000 >> 6 | LO_CACHED | LO_V | LO_D | LO_G);
}

static void privilege(u32 expected)
{
	map_image();
	const struct trap *t = run((const char *)PHYSICAL(call_unknown), 0, USER, 0);
	check("in user mode it is coprocessor 0's", EXC_CPU, t->count ? CAUSE_CODE(t->cause) : 0);
	check("and that of unit 0", 0, CAUSE_CE(t->cause));
	t = run(call_in_slot, 0, KERNEL, 0);
	check("in a delay slot it is the same", expected, t->count ? CAUSE_CODE(t->cause) : t->v0);
	check("with its EPC at the branch", t->count ? (u32)call_in_slot + 8 : 0, t->count ? t->epc : 0);
	t = run(call_with_code, 0, KERNEL, 0);
	check("whatever its code", expected, t->count ? CAUSE_CODE(t->cause) : t->v0);
}

static void print_text(void)
{
	static const char text[] = "a line by hypercall 8\r\n";
	check("console output returns its length", sizeof text - 1, hypercall(HC_CONSOLE_OUTPUT, 0, (u32)text, sizeof text - 1));
	check("nothing is nothing", 0, hypercall(HC_CONSOLE_OUTPUT, 0, (u32)text, 0));
	clear_tlb();
	map(0, 0, 0x00400000, PHYSICAL(text) >> 12 << 6 | LO_CACHED | LO_V, 0);
	u32 mapped = 0x00400000 | ((u32)text & 0xfff);
	check("through the TLB too", 6, hypercall(HC_CONSOLE_OUTPUT, 0, mapped, 6));
	print("\n");
}

#define WORD(address)	(*(volatile u32 *)(address))

static u32 sum(u32 page)
{
	u32 sum = 0;
	for (u32 at = page; at < page + 4096; at += 4)
		sum |= WORD(at);
	return sum;
}

static void balloon(u32 memory)
{
	u32 page = KSEG0(0x00200000), physical = PHYSICAL(page), high = 0x80000000;
	for (u32 at = page; at < page + 3 * 4096; at += 4)
		WORD(at) = 0xabcd;
	check("two pages are given", 2, hypercall(HC_GIVE_PAGES, physical, 2, 0));
	check("they read as zeros", 0, sum(page) | sum(page + 4096));
	check("the next one is as it was", 0xabcd, sum(page + 8192));
	check("giving them again is no error", 2, hypercall(HC_GIVE_PAGES, physical, 2, 0));
	WORD(page + 8) = 7;
	check("a store takes a page back", 7, WORD(page + 8));
	check("the rest of it is zeros", 7, sum(page));
	check("the other one can be taken back", 1, hypercall(HC_TAKE_PAGES_BACK, physical, 2, 0));
	check("and holds zeros", 0, sum(page + 4096));
	WORD(page + 4096) = 5;
	check("by the upper window: the same pages", 1, hypercall(HC_GIVE_PAGES, high + physical + 4096, 1, 0));
	check("which are empty now", 0, WORD(page + 4096));
	u32 wrong = 0;
	for (u32 i = 1; i < 20000; i++) {
		WORD(page + 16) = i;
		wrong += WORD(page + 16) != i;
		if (i % 100 == 0) {
			hypercall(HC_GIVE_PAGES, physical, 1, 0);
			wrong += WORD(page + 16) != 0;
		}
	}
	check("given and stored to by hot code", 0, wrong);
	u32 *code = (u32 *)page;
	for (u32 answer = 1; answer < 4; answer++) {
		code[0] = 0x03e00008;			/* jr ra */
		code[1] = 0x24020000 | answer;		/* li v0, answer */
		sync_code(code, 8);
		wrong += run(code, 0, KERNEL, 0)->v0 != answer;
		hypercall(HC_GIVE_PAGES, physical, 1, 0);
	}
	check("code that was given is gone", 0, wrong);
	check("nothing is not a number of pages", HC_EINVAL, hypercall(HC_GIVE_PAGES, physical, 0, 0));
	check("not a page", HC_EINVAL, hypercall(HC_GIVE_PAGES, physical + 4, 1, 0));
	check("pages beyond RAM", HC_EFAULT, hypercall(HC_GIVE_PAGES, memory, 1, 0));
	check("pages across the end of RAM", HC_EFAULT, hypercall(HC_GIVE_PAGES, high + memory - 4096, 2, 0));
	check("more pages than there are", HC_EFAULT, hypercall(HC_GIVE_PAGES, physical, 0xffffffff, 0));
	check("the boot ROM", HC_EFAULT, hypercall(HC_GIVE_PAGES, 0x1fc00000, 1, 0));
	check("a device", HC_EFAULT, hypercall(HC_GIVE_PAGES, 0x18000000, 1, 0));
	check("taking back beyond RAM", HC_EFAULT, hypercall(HC_TAKE_PAGES_BACK, memory, 1, 0));
	check("the page beside it is still as it was", 0xabcd, sum(page + 8192));
}

/* None of these may print, and none may do anything else. */
static void forged(void)
{
	static const char text[] = "FAIL: this must not be printed";
	clear_tlb();
	check("another console", HC_EINVAL, hypercall(HC_CONSOLE_OUTPUT, 1, (u32)text, 4));
	check("an absurd length", HC_EINVAL, hypercall(HC_CONSOLE_OUTPUT, 0, (u32)text, 0xffffffff));
	check("an unmapped address", HC_EFAULT, hypercall(HC_CONSOLE_OUTPUT, 0, 0x00400000, 4));
	check("text that ends beyond RAM", HC_EFAULT, hypercall(HC_CONSOLE_OUTPUT, 0, KSEG0(256 << 20) - 4, 8));
	check("the registers of a device", HC_EFAULT, hypercall(HC_CONSOLE_OUTPUT, 0, COM1, 4));
	check("the last page there is", HC_EFAULT, hypercall(HC_CONSOLE_OUTPUT, 0, 0xfffffffe, 4));
	u32 known = 0;
	for (u32 number = 0; number < 0x10000; number++)
		if ((number < HC_CLOCK_FREQUENCY || number > HC_CONSOLE_OUTPUT) && number >> 4 != 0x100)
			known += hypercall(number, 0xffffffff, 0xffffffff, 0xffffffff) != HC_ENOSYS;
	check("every other number is unknown", 0, known);
}

int main(int argc, char **argv, char **envp, u32 memory)
{
	begin();
	const struct trap *t = run(call_unknown, 0, KERNEL, 0);
	if (t->count) {
		check("without hypercalls the instruction is reserved", EXC_RI, CAUSE_CODE(t->cause));
		privilege(EXC_RI);
		finish();
	}
	check("an unknown number is -1000", (u32)HC_ENOSYS, t->v0);
	privilege((u32)HC_ENOSYS);
	check("the clock's frequency is Count's", 166666666, hypercall(HC_CLOCK_FREQUENCY, 0, 0, 0));
	print_text();
	balloon(memory);
	forged();
	print("ROM-OK\n");
	hypercall(HC_EXIT, 0, 0, 0);
	print("FAIL: still here\n");
	finish();
}
