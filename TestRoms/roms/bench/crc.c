/* CRC-32 by table, a byte at a time. */
#include "bench.h"

#define POLYNOMIAL	0xedb88320
#define PASSES	32

const char name[] = "crc";
const u32 checksum = 0x52a10f1f;

static u32 table[256];
static u8 data[65536];

void prepare(void)
{
	for (u32 i = 0; i < 256; i++) {
		u32 value = i;
		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
		table[i] = value;
	}
	u32 seed = 1;
	for (u32 i = 0; i < sizeof data; i++)
		data[i] = next_random(&seed);
}

u32 work(void)
{
	u32 crc = ~0u;
	for (int pass = 0; pass < PASSES; pass++)
		for (u32 i = 0; i < sizeof data; i++)
			crc = crc >> 8 ^ table[(crc ^ data[i]) & 255];
	return ~crc;
}
