/* Count, Compare and WAIT: MD00090, the registers' sections, and MD00086, WAIT. */
#include "test.h"

extern const char wait_interrupt[], loop_of_branches[], loop_of_branches_slot[];

#define MARGIN	100000	/* long beside the code of one test, short for whoever waits */

static void arm(u32 distance)
{
	mtc0(C0_COMPARE, mfc0(C0_COUNT) + distance);
}

static int count_reaches(u32 value)
{
	for (u32 tries = 0; tries < 100000000; tries++)
		if ((int)(mfc0(C0_COUNT) - value) > 0)
			return 1;
	return 0;
}

static void counting(void)
{
	mtc0(C0_COMPARE, mfc0(C0_COUNT) - 1);
	u32 start = mfc0(C0_COUNT);
	check("Count advances", 1, count_reaches(start + MARGIN));
	mtc0(C0_COUNT, 0x12340000);
	check("mtc0 sets Count", 0, mfc0(C0_COUNT) - 0x12340000 > 100 * MARGIN);
	mtc0(C0_CAUSE, CAUSE_DC);
	u32 frozen = mfc0(C0_COUNT);
	for (volatile int i = 0; i < 1000; i++)
		;
	check("Cause.DC freezes Count", frozen, mfc0(C0_COUNT));
	mtc0(C0_COUNT, 0x777);
	check("a frozen Count can be written", 0x777, mfc0(C0_COUNT));
	mtc0(C0_CAUSE, 0);
	check("and goes on from there", 1, count_reaches(0x777 + MARGIN));
}

static void expiring(void)
{
	arm(MARGIN);
	check("mtc0 Compare clears TI and IP7", 0, mfc0(C0_CAUSE) & (CAUSE_TI | CAUSE_IP7));
	u32 target = mfc0(C0_COMPARE);
	count_reaches(target + 1);
	check("Count = Compare sets TI and IP7", CAUSE_TI | CAUSE_IP7, mfc0(C0_CAUSE) & (CAUSE_TI | CAUSE_IP7));
	count_reaches(target + MARGIN);
	check("they stay", CAUSE_TI | CAUSE_IP7, mfc0(C0_CAUSE) & (CAUSE_TI | CAUSE_IP7));
	mtc0(C0_COMPARE, mfc0(C0_COUNT) - 1);
	check("until Compare is written", 0, mfc0(C0_CAUSE) & (CAUSE_TI | CAUSE_IP7));
}

static void wrapping(void)
{
	mtc0(C0_COMPARE, MARGIN);
	mtc0(C0_COUNT, -MARGIN);
	check("Count before the wrap", 1, mfc0(C0_COUNT) >> 31);
	check("no interrupt before Compare", 0, mfc0(C0_CAUSE) & CAUSE_TI);
	count_reaches(MARGIN + 1);
	check("Count wraps at 2^32", 0, mfc0(C0_COUNT) >> 31);
	check("and meets Compare beyond", CAUSE_TI, mfc0(C0_CAUSE) & CAUSE_TI);
}

/* Whoever looks at Count, Cause and Count again never sees TI and IP7 too early, nor misses them once Count is beyond. */
static void to_the_tick(void)
{
	u32 early = 0, late = 0, apart = 0;
	for (u32 distance = 50; distance < 350; distance++) {
		arm(distance);
		u32 target = mfc0(C0_COMPARE);
		for (int i = 0; i < 40; i++) {
			u32 before = mfc0(C0_COUNT), cause = mfc0(C0_CAUSE), after = mfc0(C0_COUNT);
			early += (cause & CAUSE_TI) && (int)(after - target) < 0;
			late += !(cause & CAUSE_TI) && (int)(before - target) > 0;
			apart += !(cause & CAUSE_TI) != !(cause & CAUSE_IP7);
		}
	}
	check("TI is never early", 0, early);
	check("TI is never more than a tick late", 0, late);
	check("TI and IP7 come together", 0, apart);
}

static void meeting_at_the_wrap(void)
{
	static const u32 compares[] = { 0, 1, 0xffffffff, 0x80000000, 0x7fffffff };
	u32 missed = 0, early = 0;
	for (u32 i = 0; i < sizeof compares / sizeof *compares; i++) {
		mtc0(C0_COUNT, compares[i] - MARGIN);
		mtc0(C0_COMPARE, compares[i]);
		early += (mfc0(C0_CAUSE) & CAUSE_TI) != 0;
		missed += !count_reaches(compares[i]) || !(mfc0(C0_CAUSE) & CAUSE_TI);
	}
	check("Compare at the wrap and at the change of sign: not early", 0, early);
	check("Compare at the wrap and at the change of sign: not missed", 0, missed);
}

static void frozen(void)
{
	arm(MARGIN);
	mtc0(C0_CAUSE, CAUSE_DC);
	u32 stopped = mfc0(C0_COUNT);
	for (volatile int i = 0; i < 100000; i++)
		;
	check("a frozen Count stays where it is", stopped, mfc0(C0_COUNT));
	check("and meets nothing", 0, mfc0(C0_CAUSE) & (CAUSE_TI | CAUSE_IP7));
	mtc0(C0_CAUSE, 0);
	check("thawed, it goes on to Compare", 1, count_reaches(mfc0(C0_COMPARE)));
	check("and meets it", CAUSE_TI, mfc0(C0_CAUSE) & CAUSE_TI);
}

static void waking(void)
{
	arm(10 * MARGIN);
	u32 target = mfc0(C0_COMPARE);
	const struct trap *t = run(wait_interrupt, 0, KERNEL | STATUS_IM7 | STATUS_IE, 0);
	check("wait wakes up: interrupt", EXC_INT, CAUSE_CODE(t->cause));
	check("wait wakes up: IP7", CAUSE_IP7, t->cause & CAUSE_IP7);
	check("wait wakes up: not too early", 1, (int)(mfc0(C0_COUNT) - target) >= 0);
	u32 offset = t->epc - (u32)wait_interrupt;
	check("wait wakes up: EPC at wait or behind it", 1, offset == 0 || offset == 4);
}

/* Wherever the interrupt strikes a loop made of branches, EPC is never the address of a slot. */
static void preempting(void)
{
	u32 taken = 0, in_slot = 0;
	for (u32 i = 0; i < 200; i++) {
		arm(MARGIN / 20 + i * 7);
		const struct trap *t = run(loop_of_branches, 0, KERNEL | STATUS_IM7 | STATUS_IE, 0);
		taken += CAUSE_CODE(t->cause) == EXC_INT;
		in_slot += (t->epc - (u32)loop_of_branches) & 4;
	}
	check("200 interrupts in a loop of branches", 200, taken);
	check("EPC is never a delay slot", 0, in_slot);
	arm(MARGIN);
	check("a masked timer interrupt is not taken", 0, run(peek, KSEG0(0), KERNEL | STATUS_IE, 0)->count);
}

int main(void)
{
	begin();
	counting();
	expiring();
	wrapping();
	to_the_tick();
	meeting_at_the_wrap();
	frozen();
	waking();
	preempting();
	finish();
}
