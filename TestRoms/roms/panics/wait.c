/* Waits with interrupts off: nothing can ever wake this machine. */
#include "mips.h"
#include "print.h"

int main(void)
{
	mtc0(C0_STATUS, 0);
	print("panic-wait: waiting with interrupts off\n");
	for (;;)
		asm volatile("wait");
}
