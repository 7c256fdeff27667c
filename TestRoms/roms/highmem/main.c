/*
 * All of RAM where the board shows it: whole from physical 2 GB on, the low 256 MB from 0 on (in kseg0), what is above 512 MB at
 * its offset as well. One word in each 16 MB stands for all of it.
 */
#include "test.h"

#define WINDOW	0x80000000
#define ISLAND	0x10000000	/* from here to ALIAS there are devices */
#define ALIAS	0x20000000
#define STEP	0x01000000
#define PLACE	0x00f00000	/* far from the ROM and from what the boot loader keeps */
#define HERE	0xc0000000

#define WORD(address)	(*(volatile u32 *)(address))

static u32 decimal(const char *digits)
{
	u32 value = 0;
	for (; *digits; digits++)
		value = value * 10 + (u32)(*digits - '0');
	return value;
}

static int is(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static u32 variable(const char **envp, const char *name)
{
	for (; envp[0]; envp += 2)
		if (is(envp[0], name))
			return decimal(envp[1]);
	return 0;
}

/* The word at a physical address, by way of the TLB. */
static volatile u32 *word(u32 physical)
{
	u32 lo = (physical & 0xffffe000) >> 6 | LO_CACHED | LO_V | LO_D | LO_G;
	map(0, 0, HERE, lo, lo | 1 << 6);
	return (volatile u32 *)(HERE + (physical & 0x1fff));
}

int main(int argc, const char **argv, const char **envp)
{
	u32 size = variable(envp, "ememsize"), low = variable(envp, "memsize"), at, wrong;
	begin();
	clear_tlb();
	check("what is low ends at 256 MB", size < ISLAND ? size : ISLAND, low);
	for (at = PLACE; at < size; at += STEP)
		*word(WINDOW + at) = at ^ 0x5a5a5a5a;

	for (wrong = 0, at = PLACE; at < size; at += STEP)
		wrong += *word(WINDOW + at) != (at ^ 0x5a5a5a5a);
	check("each 16 MB has a word of its own at 2 GB and above", 0, wrong);

	for (wrong = 0, at = PLACE; at < low; at += STEP)
		wrong += WORD(KSEG0(at)) != (at ^ 0x5a5a5a5a);
	check("the low part is seen in kseg0", 0, wrong);

	for (wrong = 0, at = PLACE; at < low; at += STEP)
		wrong += *word(at) != (at ^ 0x5a5a5a5a);
	check("and at its offset", 0, wrong);

	for (wrong = 0, at = ALIAS + PLACE; at < size; at += STEP)
		wrong += *word(at) != (at ^ 0x5a5a5a5a);
	check("so is what is above the devices", 0, wrong);

	for (wrong = 0, at = ALIAS + PLACE; at < size; at += STEP) {
		*word(at) = at;
		wrong += *word(WINDOW + at) != at;
	}
	check("where a store is seen at 2 GB and above as well", 0, wrong);
	finish();
}
