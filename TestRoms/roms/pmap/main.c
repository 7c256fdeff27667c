/*
 * One guest physical page at two virtual addresses, while the hypervisor may put another host page behind it (docs/address-translation.md).
 * The page is one of RAM's upper window, which no unmapped segment shows; what lies behind it at first is also seen in kseg0.
 */
#include "test.h"

#define PAGE	0x00200000	/* what is behind the page at first */
#define OTHER	0x02800000	/* what a hypervisor may put there */
#define WINDOW	0x80000000
#define USER_VA		0x00400000
#define KERNEL_VA	0xc0000000
#define LO	((WINDOW + PAGE) >> 6 | LO_CACHED | LO_V | LO_D)

#define WORD(address)	(*(volatile u32 *)(address))
#define BEFORE	0x1111
#define AFTER	0x2222

/* How often each address shows what it did not at first. */
struct seen { u32 user, kernel; };

__attribute__((noipa)) static struct seen watch(u32 rounds)
{
	struct seen seen = { 0, 0 };
	while (rounds--) {
		seen.user += WORD(USER_VA) != BEFORE;
		seen.kernel += WORD(KERNEL_VA) != BEFORE;
	}
	return seen;
}

int main(void)
{
	begin();
	clear_tlb();
	map(0, 0, USER_VA | 1, LO, LO);
	map(1, 0, KERNEL_VA, LO | LO_G, LO | LO_G);
	mtc0(C0_ENTRYHI, 1);
	WORD(KSEG0(PAGE)) = BEFORE;
	WORD(KSEG0(OTHER)) = AFTER;
	check("one address shows the page", BEFORE, WORD(USER_VA));
	check("the other shows the same", BEFORE, WORD(KERNEL_VA));
	WORD(USER_VA + 4) = 0xa;
	check("what is stored through one is loaded through the other", 0xa, WORD(KERNEL_VA + 4));

	struct seen seen = watch(300000);
	u32 changed = WORD(USER_VA) != BEFORE, behind = changed ? OTHER : PAGE;
	if (changed) {
		check("another page is behind it", AFTER, WORD(USER_VA));
		check("from one load to the next", 1, seen.user - seen.kernel + 1 <= 2 && seen.user > 1000);
	}
	check("both addresses show the same", WORD(USER_VA), WORD(KERNEL_VA));
	WORD(USER_VA + 8) = 0xb;
	WORD(KERNEL_VA + 12) = 0xc;
	check("a store through one address is in what is behind", 0xb, WORD(KSEG0(behind) + 8));
	check("so is one through the other", 0xc, WORD(KSEG0(behind) + 12));
	check("what was behind it keeps what it had", BEFORE, WORD(KSEG0(PAGE)));
	check("and gets nothing more", changed ? 0 : 0xb, WORD(KSEG0(PAGE) + 8));
	finish();
}
