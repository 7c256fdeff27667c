/* A virtio disk, where the machine has one: function 0 of slot 12. Its sectors are read and written by both interfaces, and it is told what no driver should say. */
#include "board.h"
#include "pci.h"
#include "test.h"

#define SLOT		12
#define DISK		0x10011af4
#define PORTS		0x1100
#define MEMORY		0x12300000

#define ACKNOWLEDGE	1
#define DRIVER		2
#define DRIVER_OK	4
#define FEATURES_OK	8
#define NEEDS_RESET	0x40
#define FLUSH		(1 << 9)

#define MOST		256
#define NEXT		1
#define WRITABLE	2
#define SECTOR		512

/* Where the low-order word of a number of 64 bits lies. */
#define LITTLE_FIRST	(modern || __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

struct descriptor {
	u32 address, address_high, length;
	u16 flags, next;
};

static struct {
	struct descriptor descriptors[MOST];
	struct {
		u16 flags, index, ring[MOST];
	} available;
	struct {
		u16 flags, index;
		struct {
			u32 head, length;
		} ring[MOST];
	} used __attribute__((aligned(4096)));
} queue __attribute__((aligned(4096)));

static struct {
	u32 type, reserved, sector, sector_high;
} header;
static u8 data[2 * SECTOR], status;

/* What the device writes, too, is looked at behind the cache. */
#define SHARED(object)	((volatile __typeof__(object) *)((u32)&(object) | 0xa0000000))

/* Where the capabilities say that the structures are. */
static u32 common, cause, device, notify, notify_step;
static int modern;

/* Legacy rings are the processor's own byte order, others little-endian. */
static u16 half(u16 value)
{
	return modern ? LITTLE16(value) : value;
}

static u32 word(u32 value)
{
	return modern ? LITTLE32(value) : value;
}

static void find_structures(void)
{
	for (u32 at = configuration(SLOT, 0x34) & 0xff; at; at = configuration(SLOT, at) >> 8 & 0xff) {
		u32 kind = configuration(SLOT, at) >> 24, place = 0xa0000000 + MEMORY + configuration(SLOT, at + 8);
		if ((configuration(SLOT, at) & 0xff) != 0x09)
			continue;
		switch (kind) {
		case 1: common = place; break;
		case 2: notify = place; notify_step = configuration(SLOT, at + 16); break;
		case 3: cause = place; break;
		case 4: device = place; break;
		}
	}
}

static u32 get_status(void)
{
	return modern ? MMIO8(common + 0x14) : MMIO8(PORT(PORTS) + 0x12);
}

static void set_status(u32 value)
{
	if (modern)
		MMIO8(common + 0x14) = value;
	else
		MMIO8(PORT(PORTS) + 0x12) = value;
}

static u32 take_causes(void)
{
	return modern ? MMIO8(cause) : MMIO8(PORT(PORTS) + 0x13);
}

static void start_modern(void)
{
	MMIO32(common + 0x08) = LITTLE32(0);
	MMIO32(common + 0x0c) = LITTLE32(FLUSH);
	MMIO32(common + 0x08) = LITTLE32(1);
	MMIO32(common + 0x0c) = LITTLE32(1);
	set_status(ACKNOWLEDGE | DRIVER | FEATURES_OK);
	check("the features are agreed on", FEATURES_OK, get_status() & FEATURES_OK);
	MMIO16(common + 0x16) = LITTLE16(0);
	check("the queue has 256 descriptors", MOST, LITTLE16(MMIO16(common + 0x18)));
	MMIO32(common + 0x20) = LITTLE32(PHYSICAL(queue.descriptors));
	MMIO32(common + 0x28) = LITTLE32(PHYSICAL(&queue.available));
	MMIO32(common + 0x30) = LITTLE32(PHYSICAL(&queue.used));
	MMIO32(common + 0x24) = MMIO32(common + 0x2c) = MMIO32(common + 0x34) = 0;
	MMIO16(common + 0x1c) = LITTLE16(1);
}

static void start_legacy(void)
{
	MMIO32(PORT(PORTS) + 0x04) = LITTLE32(FLUSH);
	MMIO16(PORT(PORTS) + 0x0e) = LITTLE16(0);
	check("the legacy queue has 256 descriptors", MOST, LITTLE16(MMIO16(PORT(PORTS) + 0x0c)));
	MMIO32(PORT(PORTS) + 0x08) = LITTLE32(PHYSICAL(&queue) >> 12);
}

static void start(void)
{
	set_status(0);
	check("a reset is done at once", 0, get_status());
	set_status(ACKNOWLEDGE);
	set_status(ACKNOWLEDGE | DRIVER);
	for (u32 i = 0; i < sizeof(queue); i += 4)
		MMIO32(((u32)&queue | 0xa0000000) + i) = 0;
	if (modern)
		start_modern();
	else
		start_legacy();
	set_status(get_status() | DRIVER_OK);
}

static void put(u32 index, void *buffer, u32 length, u32 flags, u32 next)
{
	volatile struct descriptor *descriptor = &SHARED(queue)->descriptors[index];
	*(volatile u32 *)&descriptor->address = LITTLE_FIRST ? word(PHYSICAL(buffer)) : 0;
	*(volatile u32 *)&descriptor->address_high = LITTLE_FIRST ? 0 : PHYSICAL(buffer);
	descriptor->length = word(length);
	descriptor->flags = half(flags);
	descriptor->next = half(next);
}

static void tell(u32 head)
{
	volatile __typeof__(queue) *shared = SHARED(queue);
	u16 index = half(shared->available.index);
	shared->available.ring[index % MOST] = half(head);
	shared->available.index = half(index + 1);
	if (modern)
		MMIO16(notify + notify_step * 0) = 0;
	else
		MMIO16(PORT(PORTS) + 0x10) = 0;
}

/* Asks for something and waits; returns the status, and leaves how many bytes were written. */
static u32 written;

static u32 ask(u32 type, u32 sector, u32 bytes)
{
	volatile __typeof__(queue) *shared = SHARED(queue);
	u16 before = half(shared->used.index);
	SHARED(header)->type = word(type);
	SHARED(header)->sector = LITTLE_FIRST ? word(sector) : 0;
	SHARED(header)->sector_high = LITTLE_FIRST ? 0 : sector;
	*SHARED(status) = 0xff;
	put(0, &header, sizeof(header), NEXT, bytes ? 1 : 7);
	if (bytes) {
		/* In two pieces, neither of them a sector. */
		put(1, data, 100, NEXT | (type == 0 ? WRITABLE : 0), 2);
		put(2, data + 100, bytes - 100, NEXT | (type == 0 ? WRITABLE : 0), 7);
	}
	put(7, &status, 1, WRITABLE, 0);
	tell(0);
	while (half(shared->used.index) == before)
		;
	check("it is the chain that was given", 0, word(shared->used.ring[before % MOST].head));
	written = word(shared->used.ring[before % MOST].length);
	check("it has interrupted", 1, take_causes());
	check("once", 0, take_causes());
	return *SHARED(status);
}

static u32 sum(u32 bytes)
{
	u32 result = 0;
	for (u32 i = 0; i < bytes; i++)
		result = result * 31 + (*SHARED(data))[i];
	return result;
}

/* The low-order word of the first number in the device's own configuration. */
static u32 capacity(void)
{
	return modern ? LITTLE32(MMIO32(device)) : MMIO32(PORT(PORTS) + 0x14 + (LITTLE_FIRST ? 0 : 4));
}

static void use(void)
{
	u32 sectors = capacity();
	check("two sectors are read", 0, ask(0, 0, 2 * SECTOR));
	check("and the status behind them", 2 * SECTOR + 1, written);
	print("%x\n", sum(2 * SECTOR));
	for (u32 i = 0; i < 2 * SECTOR; i++)
		(*SHARED(data))[i] = i * 7 + modern;
	u32 expected = sum(2 * SECTOR);
	check("two sectors are written", 0, ask(1, sectors - 2, 2 * SECTOR));
	check("what is written is only the status", 1, written);
	check("what was written is kept", 0, ask(4, 0, 0));
	for (u32 i = 0; i < 2 * SECTOR; i++)
		(*SHARED(data))[i] = 0;
	check("they are read again", 0, ask(0, sectors - 2, 2 * SECTOR));
	check("as they were written", expected, sum(2 * SECTOR));
	check("behind the end is nothing", 1, ask(0, sectors - 1, 2 * SECTOR));
	check("half a sector is none", 1, ask(0, 0, SECTOR + SECTOR / 2));
	check("there is no such request", 2, ask(77, 0, 0));
}

/* What a driver that has gone astray says: the device stands still until it is reset. */
static void mislead(const char *name, u32 address, u32 length, u32 flags, u32 next)
{
	start();
	put(0, &header, sizeof(header), NEXT, 1);
	put(1, (void *)address, length, flags, next);
	put(2, &status, 1, WRITABLE, 0);
	tell(0);
	check(name, NEEDS_RESET, get_status() & NEEDS_RESET);
	check("and is told nothing", 0, half(SHARED(queue)->used.index));
	take_causes();
}

int main(void)
{
	begin();
	if (configuration(SLOT, 0) != DISK) {
		print("no disk\n");
		finish();
	}
	configure(SLOT, 0x10, PORTS | 1);
	configure(SLOT, 0x20, MEMORY);
	configure(SLOT, 0x24, 0);
	configure(SLOT, 0x04, 7);
	find_structures();
	for (modern = 0; modern < 2; modern++) {
		start();
		use();
	}
	modern = 1;
	SHARED(header)->type = word(0);
	mislead("a chain that bites its tail", PHYSICAL(data), SECTOR, NEXT | WRITABLE, 1);
	mislead("a descriptor that is not there", PHYSICAL(data), SECTOR, NEXT | WRITABLE, MOST);
	mislead("what is read behind what is written", PHYSICAL(data), SECTOR, NEXT | WRITABLE, 0);
	mislead("a table in a table that nobody agreed on", PHYSICAL(data), SECTOR, 4, 0);
	start();
	check("it goes on after a reset", 0, ask(0, 0, 2 * SECTOR));
	finish();
}
