/*
 * An Ethernet card, where the machine has one: a PCnet in slot 11. Every frame goes back to whoever sent it, each byte of it one more, until one is empty,
 * or will be. With "first" on the command line it sends the first, to everybody.
 */
#include "board.h"
#include "pci.h"
#include "test.h"

#define SLOT		11
#define PCNET		0x20001022
#define CARD		PORT(0x1080)
#define DATA		(CARD + 0x10)
#define ADDRESS		(CARD + 0x12)
#define BUS_DATA	(CARD + 0x16)

#define OWN		0x80000000
#define START_AND_END	0x03000000
#define DESCRIPTORS	4
#define BUFFER		1536
#define HEADER		14
#define SHORTEST	60

struct descriptor {
	u32 buffer, status, length, ours;
};

/* 32-bit software style; all that the card sees is little-endian. */
static struct {
	u32 mode, address_low, address_high, filter[2], receive, transmit;
} block __attribute__((aligned(16)));
static struct descriptor receive_ring[DESCRIPTORS] __attribute__((aligned(16))), transmit_ring[DESCRIPTORS] __attribute__((aligned(16)));
static u32 transmitted;
static u8 received[DESCRIPTORS][BUFFER] __attribute__((aligned(16))), sent[DESCRIPTORS][BUFFER] __attribute__((aligned(16)));

/* What the card writes, too, is looked at behind the cache. */
#define SHARED(object)	((volatile __typeof__(&(object)))((u32)&(object) | 0xa0000000))

static u32 csr(u32 number)
{
	MMIO16(ADDRESS) = LITTLE16((u16)number);
	return LITTLE16(MMIO16(DATA));
}

static void set_csr(u32 number, u32 value)
{
	MMIO16(ADDRESS) = LITTLE16((u16)number);
	MMIO16(DATA) = LITTLE16((u16)value);
}

static void give_buffer(u32 index)
{
	volatile struct descriptor *descriptor = (volatile void *)SHARED(receive_ring[index]);
	descriptor->buffer = LITTLE32(PHYSICAL(received[index]));
	descriptor->status = LITTLE32(OWN | (0x10000 - BUFFER));
}

static void start(void)
{
	configure(SLOT, 0x10, 0x1081);
	configure(SLOT, 0x04, 5);
	MMIO16(ADDRESS) = LITTLE16(20);
	MMIO16(BUS_DATA) = LITTLE16(2);
	volatile __typeof__(block) *shared = (volatile void *)SHARED(block);
	shared->mode = LITTLE32(0x20200000);	/* four descriptors in each ring */
	shared->address_low = LITTLE32(csr(12) | csr(13) << 16);
	shared->address_high = LITTLE32(csr(14));
	shared->receive = LITTLE32(PHYSICAL(receive_ring));
	shared->transmit = LITTLE32(PHYSICAL(transmit_ring));
	for (u32 i = 0; i < DESCRIPTORS; i++)
		give_buffer(i);
	set_csr(1, PHYSICAL(&block) & 0xffff);
	set_csr(2, PHYSICAL(&block) >> 16);
	set_csr(0, 1);
	check("initialization is done at once", 0x0101, csr(0) & 0x0101);
	set_csr(0, 0x0142);
}

static volatile u8 *next_to_send(void)
{
	return (volatile u8 *)SHARED(sent[transmitted % DESCRIPTORS][0]);
}

static void transmit(u32 length)
{
	u32 index = transmitted++ % DESCRIPTORS;
	volatile struct descriptor *descriptor = (volatile void *)SHARED(transmit_ring[index]);
	descriptor->buffer = LITTLE32(PHYSICAL(sent[index]));
	descriptor->status = LITTLE32(OWN | START_AND_END | (0x10000 - length));
	set_csr(0, 0x0048);
	check("the card has sent it", 0, LITTLE32(descriptor->status) & OWN);
}

/* Once the others are ready. */
static void greet(void)
{
	volatile u8 *to = next_to_send();
	for (u32 i = 0; i < 50000; i++)
		__asm__ volatile("");
	for (u32 i = 0; i < 6; i++) {
		to[i] = 0xff;
		to[6 + i] = csr(12 + i / 2) >> 8 * (i % 2);
	}
	to[12] = 0x88;
	to[13] = 0xb5;
	for (u32 i = HEADER; i < SHORTEST; i++)
		to[i] = 0xc0;
	transmit(SHORTEST);
}

/* Sends back what came; returns whether more may come. */
static int answer(u32 index, u32 length)
{
	volatile u8 *from = (volatile u8 *)SHARED(received[index][0]), *to = next_to_send();
	int has_content = 0, will_have = 0;
	for (u32 i = 0; i < 6; i++) {
		to[i] = from[6 + i];
		to[6 + i] = from[i];
	}
	to[12] = from[12];
	to[13] = from[13];
	for (u32 i = HEADER; i < length; i++) {
		has_content |= from[i];
		to[i] = from[i] + 1;
		will_have |= to[i];
	}
	transmit(length);
	return has_content && will_have;
}

int main(int argc, char **argv)
{
	begin();
	if (configuration(SLOT, 0) != PCNET) {
		print("no card\n");
		finish();
	}
	start();
	if (argc > 1 && argv[1][0] == 'f')
		greet();
	u32 count = 0, bytes = 0;
	for (int more = 1; more; count++) {
		u32 index = count % DESCRIPTORS;
		volatile struct descriptor *descriptor = (volatile void *)SHARED(receive_ring[index]);
		while (LITTLE32(descriptor->status) & OWN)
			;
		u32 length = (LITTLE32(descriptor->length) & 0xfff) - 4;
		bytes += length;
		more = answer(index, length);
		give_buffer(index);
		set_csr(0, 0x7f40);
	}
	check("each was announced, and has been acknowledged", 0, csr(0) & 0x7f00);
	print("%u frames, %u bytes\n", count, bytes);
	finish();
}
