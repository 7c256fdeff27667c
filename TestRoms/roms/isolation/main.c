/*
 * A guest that tries to leave its machine: virtual pages in both modes, with 'every' all of them, else one of 61, through an
 * empty TLB and through one full of wild frames; both ends of RAM from hot code; every bus master pointed at memory. It gets
 * exceptions, zeros and error codes. That nothing outside changed is for the host to see.
 */
#include "test.h"
#include "board.h"

extern const char sweep[], near_and_far[], store_near_and_far[];
extern const u32 skip_stub[], skip_stub_end[];

#define PAGES_64M	0x07ffe000
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D | LO_G)
#define WHOLE		0x100000	/* pages of 4 GB */
#define HALF		0x80000
#define KUSEG		3		/* gigabytes, a bit each */
#define KSEG2		8
#define ALL_BUT_USERS	12
#define COARSE		61

u32 skipped[32];

static u32 stride = COARSE;

static void install_skipping(void)
{
	static const u16 offsets[] = { 0x000, 0x180 };
	for (int i = 0; i < 2; i++) {
		u32 *vector = (u32 *)(0x80000000 + offsets[i]);
		for (int word = 0; word < skip_stub_end - skip_stub; word++)
			vector[word] = skip_stub[word];
		sync_code(vector, 4 * (skip_stub_end - skip_stub));
	}
}

/* Pages loaded and stored back; the exceptions expected, by code and for the gigabytes that have them, and none of any other. */
static void sweep_all(const char *name, u32 status, u32 pages, u32 unmapped, u32 forbidden)
{
	u32 count = (pages + stride - 1) / stride, tlb = 0, address = 0, all = 0;
	for (u32 i = 0; i < count; i++) {
		tlb += unmapped >> (i * stride >> 18) & 1;
		address += forbidden >> (i * stride >> 18) & 1;
	}
	for (int code = 0; code < 32; code++)
		skipped[code] = 0;
	install_skipping();
	run(status & STATUS_UM ? (const char *)PHYSICAL(sweep) : sweep, 0, status, stride << 21 | count);
	install_vectors(0x80000000);
	check_of(name, "refills of loads", tlb, skipped[EXC_TLBL]);
	check_of(name, "refills of stores", tlb, skipped[EXC_TLBS]);
	check_of(name, "address errors of loads", address, skipped[EXC_ADEL]);
	check_of(name, "address errors of stores", address, skipped[EXC_ADES]);
	for (int code = 0; code < 32; code++)
		all += skipped[code];
	check_of(name, "nothing else", 2 * tlb + 2 * address, all);
}

/* 2 GB of physical addresses behind kuseg, from here on. */
static void map_everything(u32 physical)
{
	for (u32 i = 0; i < 16; i++)
		map(i, PAGES_64M, i << 27, LO(physical + (i << 27)), LO(physical + (i << 27) + (64 << 20)));
}

static void every_page(void)
{
	clear_tlb();
	sweep_all("kernel, empty TLB", KERNEL, WHOLE, KUSEG | KSEG2, 0);
	map_everything(0);
	sweep_all("user, the lower 2 GB", USER, WHOLE, 0, ALL_BUT_USERS);
	map_everything(0x80000000);
	sweep_all("user, the upper 2 GB", USER, HALF, 0, 0);
	sweep_all("kernel, the upper 2 GB", KERNEL, HALF, 0, 0);
	clear_tlb();
}

/* What kseg1 says, which nobody takes a short cut to. */
static u32 truth(u32 kseg0)
{
	return *(volatile u32 *)(kseg0 | 0x20000000);
}

static void the_end_of_ram(u32 memory)
{
	static u32 got[3];
	u32 end = KSEG0(memory), wrong = 0;
	for (u32 at = end - 0x10000; at < end; at += 0x800)
		*(volatile u32 *)at = at;
	for (u32 base = end - 0x10000; base < end + 0x10000; base += 0x800) {
		run(near_and_far, (u32)got, KERNEL, base);
		wrong += got[0] != truth(base - 0x8000) || got[1] != truth(base) || got[2] != truth(base + 0x7ffc);
	}
	check("loads across the end of RAM", 0, wrong);
	for (u32 base = end - 0x10000; base < end + 0x10000; base += 0x800)
		for (int i = 0; i < 40; i++)
			run(store_near_and_far, 0, KERNEL, base);
	u32 beyond = 0, missing = 0;
	for (u32 at = end; at < end + 0x18000; at += 4)
		beyond += *(volatile u32 *)at != 0;
	for (u32 at = end - 0x8000; at < end; at += 0x800)
		missing += *(volatile u32 *)at != at && *(volatile u32 *)at != at + 0x8000;
	check("stores across the end of RAM: nothing beyond", 0, beyond);
	check("stores across the end of RAM: all below", 0, missing);
	/* Below kseg0 lies kuseg, which is not mapped. */
	const struct trap *t = run(peek, 0x7ffffffc, KERNEL, 0);
	check("below RAM is kuseg", EXC_TLBL, CAUSE_CODE(t->cause));
}

#define IDE_BUS_MASTER	0xc000
#define UHCI		0xc100

static void set_function(u32 function, u32 ports)
{
	u32 address = 0x80000000 | 10 << 11 | function << 8;
	MMIO32(GT_CONFIG_ADDRESS) = LITTLE32(address | 0x20);
	MMIO32(GT_CONFIG_DATA) = ports | 1;
	MMIO32(GT_CONFIG_ADDRESS) = LITTLE32(address | 0x04);
	MMIO32(GT_CONFIG_DATA) = 5;	/* I/O space and bus master */
}

/* No device of this board moves data by itself: every master is started, and neither RAM nor anything else changes. */
static void wild_dma(u32 memory)
{
	u32 *page = (u32 *)KSEG0(0x00300000), changed = 0;
	for (int i = 0; i < 1024; i++)
		page[i] = 0xa5a50000 + i;
	u32 targets[] = { PHYSICAL(page), memory - 4, memory, 0x1fc00000, 0xfffffffc };
	set_function(1, IDE_BUS_MASTER);
	set_function(2, UHCI);
	for (u32 i = 0; i < sizeof targets / sizeof *targets; i++) {
		for (int channel = 0; channel < 4; channel++) {		/* 8237: single mode, write to memory, software request */
			MMIO8(PORT(0x0c)) = 0;
			MMIO8(PORT(2 * channel)) = targets[i];
			MMIO8(PORT(2 * channel)) = targets[i] >> 8;
			MMIO8(PORT(2 * channel + 1)) = 0xff;
			MMIO8(PORT(2 * channel + 1)) = 0x0f;
			MMIO8(PORT(0x80 + channel)) = targets[i] >> 16;
			MMIO8(PORT(0x0b)) = 0x44 | channel;
			MMIO8(PORT(0x0a)) = channel;
			MMIO8(PORT(0x09)) = 4 | channel;
		}
		for (int channel = 0; channel < 16; channel += 8) {	/* IDE: descriptors in the page, start reading */
			MMIO32(PORT(IDE_BUS_MASTER + channel + 4)) = LITTLE32(targets[i]);
			MMIO8(PORT(0x1f7)) = 0xc8;
			MMIO8(PORT(IDE_BUS_MASTER + channel)) = 9;
		}
		MMIO32(PORT(UHCI + 8)) = LITTLE32(targets[i]);		/* UHCI: a frame list */
		MMIO16(PORT(UHCI)) = LITTLE16(1);
		for (volatile int wait = 0; wait < 20000; wait++)
			;
	}
	for (int i = 0; i < 1024; i++)
		changed += page[i] != 0xa5a50000 + (u32)i;
	check("wild DMA changes no memory", 0, changed);
}

int main(int argc, char **argv, char **envp, u32 memory)
{
	begin();
	stride = argc > 1 && argv[1][0] == 'e' ? 1 : stride;
	every_page();
	the_end_of_ram(memory);
	wild_dma(memory);
	finish();
}
