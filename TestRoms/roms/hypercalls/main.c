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

int main(void)
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
	forged();
	print("ROM-OK\n");
	hypercall(HC_EXIT, 0, 0, 0);
	print("FAIL: still here\n");
	finish();
}
