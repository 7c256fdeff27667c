/* AES-128 by tables, blocks chained. */
#include "bench.h"

#define BLOCKS	16384
#define ROUNDS	10

const char name[] = "aes";
const u32 checksum = 0xf2983058;

static u8 box[256];
static u32 tables[4][256], keys[4 * (ROUNDS + 1)];

static u8 doubled(u8 x)
{
	return x << 1 ^ (x >> 7) * 0x1b;
}

static u32 rotated(u32 x, u32 by)
{
	return by ? x << by | x >> (32 - by) : x;
}

/* The multiplicative inverse runs along powers of 3 as its number runs back along them. */
static void make_box(void)
{
	u8 p = 1, q = 1;
	do {
		p ^= doubled(p);
		q ^= q << 1;
		q ^= q << 2;
		q ^= q << 4;
		q ^= (q >> 7) * 0x09;
		u8 r = q;
		for (u32 i = 1; i <= 4; i++)
			r ^= q << i | q >> (8 - i);
		box[p] = r ^ 0x63;
	} while (p != 1);
	box[0] = 0x63;
}

static u32 substituted(u32 x)
{
	return (u32)box[x >> 24] << 24 | box[x >> 16 & 255] << 16 | box[x >> 8 & 255] << 8 | box[x & 255];
}

void prepare(void)
{
	make_box();
	for (u32 i = 0; i < 256; i++) {
		u8 s = box[i], s2 = doubled(s), s3 = s2 ^ s;
		for (u32 t = 0; t < 4; t++)
			tables[t][i] = rotated((u32)s2 << 24 | s << 16 | s << 8 | s3, (32 - 8 * t) & 31);
	}
	u8 round = 1;
	for (u32 i = 0; i < 4; i++)
		keys[i] = 0x00010203 + i * 0x04040404;
	for (u32 i = 4; i < 4 * (ROUNDS + 1); i++) {
		u32 x = keys[i - 1];
		if (i % 4 == 0) {
			x = substituted(rotated(x, 8)) ^ (u32)round << 24;
			round = doubled(round);
		}
		keys[i] = keys[i - 4] ^ x;
	}
}

static void encrypt(u32 *block)
{
	const u32 *key = keys;
	u32 a = block[0] ^ key[0], b = block[1] ^ key[1], c = block[2] ^ key[2], d = block[3] ^ key[3];
	for (u32 round = 1; round < ROUNDS; round++) {
		key += 4;
		u32 e = tables[0][a >> 24] ^ tables[1][b >> 16 & 255] ^ tables[2][c >> 8 & 255] ^ tables[3][d & 255] ^ key[0];
		u32 f = tables[0][b >> 24] ^ tables[1][c >> 16 & 255] ^ tables[2][d >> 8 & 255] ^ tables[3][a & 255] ^ key[1];
		u32 g = tables[0][c >> 24] ^ tables[1][d >> 16 & 255] ^ tables[2][a >> 8 & 255] ^ tables[3][b & 255] ^ key[2];
		d = tables[0][d >> 24] ^ tables[1][a >> 16 & 255] ^ tables[2][b >> 8 & 255] ^ tables[3][c & 255] ^ key[3];
		a = e, b = f, c = g;
	}
	key += 4;
	u32 mixed[4] = { a, b, c, d };
	for (u32 i = 0; i < 4; i++)
		block[i] = ((u32)box[mixed[i] >> 24] << 24 | box[mixed[(i + 1) & 3] >> 16 & 255] << 16
			| box[mixed[(i + 2) & 3] >> 8 & 255] << 8 | box[mixed[(i + 3) & 3] & 255]) ^ key[i];
}

u32 work(void)
{
	u32 block[4] = { 0x00112233, 0x44556677, 0x8899aabb, 0xccddeeff };
	encrypt(block);
	/* The standard's example, but for its key, which counts up to 0x0f. */
	u32 hash = block[0] == 0x69c4e0d8 && block[3] == 0x70b4c55a;
	for (u32 i = 0; i < BLOCKS; i++) {
		block[i & 3] ^= i;
		encrypt(block);
		hash = mix(hash, block[0]);
	}
	return mix(hash, block[3]);
}
