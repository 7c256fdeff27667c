/* Loops with interrupts off. */
#include "mips.h"
#include "print.h"

int main(void)
{
	mtc0(C0_STATUS, 0);
	print("panic-spin: looping with interrupts off\n");
	for (;;)
		;
}
