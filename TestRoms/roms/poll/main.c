/* Waiting for a device by asking it again and again, as kernels calibrate Count: MC146818A, "Update Cycle". */
#include "board.h"
#include "test.h"

#define A		10
#define UPDATING	0x80
#define DIVIDER_RESET	0x70
#define DIVIDER_32KHZ	0x20
#define MS(n)		((n) * 1000000 / 6)	/* of Count, on dbt's Malta: one in 6 ns */
#define NOTICE		(1000000000 / 32768 * 8 / 6)	/* an update is announced 244 us ahead */

static u8 rtc(u8 cell)
{
	MMIO8(PORT(0x70)) = cell;
	return MMIO8(PORT(0x71));
}

static void set_divider(u8 value)
{
	MMIO8(PORT(0x70)) = A;
	MMIO8(PORT(0x71)) = value;
}

/* Loops that store nothing: every iteration is like the one before until the flag changes. */
static u32 when_updating_begins(void)
{
	while (!(rtc(A) & UPDATING))
		;
	return mfc0(C0_COUNT);
}

static u32 when_updating_ends(void)
{
	while (rtc(A) & UPDATING)
		;
	return mfc0(C0_COUNT);
}

/* One that counts in memory how often it asks: no iteration is like another. */
static volatile u32 asked;

static void ask(u32 times)
{
	while (!(rtc(A) & UPDATING) && asked != times)
		asked++;
}

int main(void)
{
	begin();
	/* Out of reset the first update comes after half a second; of that, all but the last milliseconds pass here. */
	set_divider(DIVIDER_RESET);
	set_divider(DIVIDER_32KHZ);
	u32 start = mfc0(C0_COUNT);
	while (mfc0(C0_COUNT) - start < MS(490))
		for (u32 i = 0; i < 20000; i++)
			asm volatile("");
	ask(20000);
	check("a loop that counts in memory counts", 20000, asked);
	u32 second = rtc(0);
	u32 announced = when_updating_begins() - start;
	check("the update is announced in time", 1, MS(500) - NOTICE - announced + 100 < 200);
	check("no second has passed yet", second, rtc(0));
	u32 updated = when_updating_ends() - start;
	check("the update comes half a second after the divider's reset", 1, MS(500) - updated + 100 < 200);
	check("and a second has passed", 1, rtc(0) != second);
	print("announced after %u ticks, done after %u\n", announced, updated);
	finish();
}
