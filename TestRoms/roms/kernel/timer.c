/* The tick: Compare runs ahead of Count (MD00090, "Compare Register"). */
#include "kernel.h"
#include "process.h"

#define COUNT_PER_TICK	(100000000 / TICKS_PER_SECOND)	/* Count runs at half the core clock */

u32 ticks;

void timer_start(void)
{
	mtc0(C0_COMPARE, mfc0(C0_COUNT) + COUNT_PER_TICK);
}

void timer_interrupt(void)
{
	/* From the last deadline, not from now: ticks lost to a slow host are made up. */
	u32 next = mfc0(C0_COMPARE);
	do {
		next += COUNT_PER_TICK;
		ticks++;
	} while ((int)(next - mfc0(C0_COUNT)) < COUNT_PER_TICK / 4);
	mtc0(C0_COMPARE, next);		/* which also ends the interrupt */
	wake_sleepers(ticks);
	end_turn();
}
