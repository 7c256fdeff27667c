/* The board's flash: commands of Intel's set, in each width, and code that runs where they have put it. */
#include "board.h"
#include "test.h"

#define CACHED	0x9e000000
#define FLASH	0xbe000000
#define BLOCK	(FLASH + 0x100000)
#define BUFFER	0x800
#define MIRROR	0xbfc00000

#define READY		0x80
#define SEQUENCE	(READY | 0x30)

#define LI_V0(n)	(0x24020000 | (n))
#define JR_RA		0x03e00008

static void command(u32 at, u32 value)
{
	MMIO16(at) = value;
}

/* Its answer in status mode, and back to the array. */
static u32 status(u32 at)
{
	u32 answer = MMIO16(at);
	command(at, 0xff);
	return answer;
}

static u32 erase(u32 at)
{
	command(at, 0x50);
	command(at, 0x20);
	command(at, 0xd0);
	return status(at);
}

static void program(u32 at, u32 word)
{
	MMIO32(at) = 0x40;
	MMIO32(at) = word;
	command(at, 0xff);
}

static void identity(void)
{
	command(FLASH + 0x154, 0x98);
	check("query: Q", 'Q', MMIO8(FLASH + 0x40));
	check("query: R", 'R', MMIO16(FLASH + 0x44));
	check("query: Y", 'Y', MMIO32(FLASH + 0x48));
	check("query: command set 1", 1, MMIO8(FLASH + 0x4c));
	check("query: 4 MB", 22, MMIO8(FLASH + 0x9c));
	check("query: buffers of 2 KB", 11, MMIO8(FLASH + 0xa8));
	check("query: 64 blocks", 63, MMIO8(FLASH + 0xb4));
	check("query: of 64 KB", 1, MMIO8(FLASH + 0xc0));
	command(FLASH, 0x90);
	check("no manufacturer", 0, MMIO16(FLASH));
	command(FLASH, 0x70);
	check("status of both halves", READY << 16 | READY, MMIO32(FLASH));
	command(FLASH, 0xff);
	u32 loader = MMIO32(MIRROR);
	check("the array: what the boot ROM has", loader, MMIO32(FLASH));
}

static void cells(void)
{
	check("a block erased", READY, erase(BLOCK + 0x8000));
	check("its first word", 0xffffffff, MMIO32(BLOCK));
	check("its last word", 0xffffffff, MMIO32(BLOCK + 0xfffc));

	program(BLOCK + 8, 0x12345678);
	check("a word programmed", 0x12345678, MMIO32(BLOCK + 8));
	program(BLOCK + 8, 0xffff0000);
	check("programming clears bits and sets none", 0x12340000, MMIO32(BLOCK + 8));
	MMIO16(BLOCK) = 0x10;
	MMIO16(BLOCK + 14) = 0xabcd;
	check("a half word: ready", READY, MMIO16(BLOCK));
	MMIO8(BLOCK) = 0x40;
	MMIO8(BLOCK + 13) = 0x42;
	check("a byte: ready", READY, status(BLOCK));
	check("a half word programmed", 0xabcd, MMIO16(BLOCK + 14));
	check("a byte programmed", 0x42, MMIO8(BLOCK + 13));
	check("the byte beside it", 0xff, MMIO8(BLOCK + 12));

	command(BLOCK, 0x20);
	command(BLOCK, 0x12);
	check("an erase that is not confirmed", SEQUENCE, status(BLOCK));
	command(BLOCK, 0x70);
	check("an error stays", SEQUENCE, status(BLOCK));
	check("and nothing is erased", 0x12340000, MMIO32(BLOCK + 8));
	check("a status cleared, a block erased", READY, erase(BLOCK));
	check("and it is", 0xffffffff, MMIO32(BLOCK + 8));
}

static void buffers(void)
{
	command(BLOCK, 0xe8);
	check("a buffer is free", READY, MMIO16(BLOCK));
	command(BLOCK, BUFFER / 4 - 1);
	for (u32 i = 0; i < BUFFER; i += 4)
		MMIO32(BLOCK + BUFFER + i) = i * i;
	command(BLOCK, 0xd0);
	check("a buffer programmed", READY, status(BLOCK));
	u32 wrong = 0;
	for (u32 i = 0; i < BUFFER; i += 4)
		wrong += MMIO32(BLOCK + BUFFER + i) != i * i;
	check("what was in it", 0, wrong);

	command(BLOCK, 0xe8);
	command(BLOCK, 1);
	MMIO16(BLOCK + 4 * BUFFER - 2) = 0;
	MMIO16(BLOCK + 4 * BUFFER) = 0;
	command(BLOCK, 0xd0);
	check("a buffer for two places", SEQUENCE, status(BLOCK));
	check("is programmed in none", 0xffff, MMIO16(BLOCK + 4 * BUFFER));
	command(BLOCK, 0xe8);
	command(BLOCK, 0);
	MMIO16(BLOCK) = 0;
	command(BLOCK, 0xff);
	check("a buffer that is not confirmed", SEQUENCE, status(BLOCK));
	check("is not, either", 0xffff, MMIO16(BLOCK));
	command(BLOCK, 0x50);
}

static u32 sum(u32 at, u32 times)
{
	u32 sum = 0;
	for (u32 i = 0; i < times; i++)
		sum += ((u32 (*)(void))at)();
	return sum;
}

static void code(void)
{
	u32 at = BLOCK + 0x4000, cached = at - FLASH + CACHED;
	program(at, JR_RA);
	program(at + 4, LI_V0(0xff));
	check("code in flash, hot", 20000 * 0xff, sum(at, 20000));
	check("the same cached", 20000 * 0xff, sum(cached, 20000));
	program(at + 4, LI_V0(0x0f));
	check("programmed again", 20000 * 0x0f, sum(at, 20000));
	check("and there, too", 0x0f, run((void *)cached, 0, KERNEL, 0)->v0);
	erase(at);
	program(at, JR_RA);
	program(at + 4, LI_V0(3));
	check("erased, and other code", 60000, sum(at, 20000));
	program(at + 8, JR_RA);
	check("a word beside it", 60000, sum(cached, 20000));

	clear_tlb();
	map(0, 0, 0x00400000, PHYSICAL(at) >> 6 | LO_CACHED | LO_V | LO_D, 0);
	check("mapped", 20000 * 3, sum(0x00400000, 20000));
	MMIO16(0x00400000) = 0x70;
	check("a command by a mapped address", READY, MMIO16(at));
	MMIO16(0x00400000) = 0xff;
	check("and the array", JR_RA, MMIO32(0x00400000));
}

/* Whatever it is told, in each width: it answers, and can be told to stop. */
static void anything(void)
{
	static const u8 likely[] = { 0x40, 0x10, 0x20, 0xd0, 0xe8, 0x60, 0x70, 0x50, 0x90, 0x98, 0xff, 0 };
	u32 random = 1;
	for (u32 i = 0; i < 20000; i++) {
		random = random * 1103515245 + 12345;
		u32 at = FLASH + 0x200000 + (random >> 8 & 0x1fffff), value = random & 64 ? likely[random >> 16 & 7] : random >> 3;
		switch (random >> 29) {
		case 0: MMIO8(at) = value; break;
		case 1: MMIO16(at & ~1) = value & 0xff; break;
		case 2: MMIO32(at & ~3) = value; break;
		case 3: MMIO8(at); break;
		case 4: MMIO16(at & ~1); break;
		default: MMIO32(at & ~3); break;
		}
	}
	u32 tries = 0;
	do {
		command(FLASH, 0xff);
		command(FLASH, 0x98);
	} while (MMIO8(FLASH + 0x40) != 'Q' && ++tries < 70000);
	check("after anything, it is told to stop", 'Q', MMIO8(FLASH + 0x40));
	command(FLASH, 0xff);
	check("and works as before", READY, erase(FLASH + 0x200000));
	program(FLASH + 0x200000, 0x1234);
	check("as any other", 0x1234, MMIO32(FLASH + 0x200000));
	check("nothing beside it has changed", JR_RA, MMIO32(BLOCK + 0x4000));
}

int main(void)
{
	begin();
	identity();
	cells();
	buffers();
	code();
	anything();
	finish();
}
