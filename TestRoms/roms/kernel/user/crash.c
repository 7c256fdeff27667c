/* Does what its argument says, and should not live to tell. */
#include "lib.h"

static __attribute__((noinline)) void overflow_stack(const volatile int *below)
{
	volatile int here[1024];
	here[0] = *below;
	if (here[0])			/* always */
		overflow_stack(here);
	here[1] = 1;
}

int main(const char *how)
{
	if (equal(how, "load"))
		*(volatile int *)0x30000000;
	else if (equal(how, "store"))
		*(volatile int *)0x30000000 = 1;
	else if (equal(how, "text"))
		*(volatile int *)0x00400000 = 1;
	else if (equal(how, "kernel"))
		*(volatile int *)0x80000000;
	else if (equal(how, "align"))
		asm volatile("sw $zero, 2($sp)");
	else if (equal(how, "cop0"))
		asm volatile("mtc0 $zero, $12");
	else if (equal(how, "reserved"))
		asm volatile(".word 0x7000003e");
	else if (equal(how, "overflow"))
		asm volatile("lui $8, 0x8000\n\tadd $8, $8, $8" : : : "$8");
	else if (equal(how, "break"))
		asm volatile("break");
	else if (equal(how, "trap"))
		asm volatile("teq $zero, $zero");
	else if (equal(how, "stack"))
		overflow_stack((const volatile int *)how);
	else
		print("crash load | store | text | kernel | align | cop0 | reserved | overflow | break | trap | stack\n");
	return 0;
}
