/* Jumps to address 0 with nothing mapped, and the handlers are no better: exceptions without end, none ever handled. */
#include "mips.h"
#include "print.h"

#define LW_ZERO	0x8c000000	/* lw $0, 0($0) */

int main(void)
{
	*(u32 *)0x80000000 = LW_ZERO;
	*(u32 *)0x80000180 = LW_ZERO;
	sync_code((void *)0x80000000, 0x200);
	mtc0(C0_STATUS, 0);
	print("panic-nowhere: jumping to 0\n");
	((void (*)(void))0)();
	return 0;
}
