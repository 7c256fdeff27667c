/* A compressor of the LZ77 kind, and back. */
#include "bench.h"

#define LENGTH	32768
#define HASHES	4096
#define NEAREST	4		/* the shortest match */
#define LONGEST	(NEAREST + 127)

const char name[] = "lz";
const u32 checksum = 0x20eb8564;

static u8 text[LENGTH], packed[LENGTH * 2], unpacked[LENGTH];
static int latest[HASHES];

void prepare(void)
{
	static const char *const words[] = { "the ", "fragment ", "of ", "a ", "guest ", "page ", "is ", "linked ", "to ", "another ", "and ", "retired.\n" };
	u32 seed = 1;
	for (u32 at = 0; at < LENGTH;)
		for (const char *from = words[(next_random(&seed) >> 8) % 12]; *from && at < LENGTH; from++)
			text[at++] = *from;
}

static u32 hash_of(const u8 *at)
{
	return ((u32)at[0] | at[1] << 8 | at[2] << 16) * 2654435761u >> 20;
}

/* A byte below 128 is that many literals and one more, any other a match, whose distance follows. */
static u32 compress(void)
{
	u32 out = 0, literal = 0, at = 0;
	for (u32 i = 0; i < HASHES; i++)
		latest[i] = -1;
	while (at <= LENGTH) {
		u32 length = 0;
		int from = -1;
		if (at + NEAREST <= LENGTH) {
			u32 hash = hash_of(text + at);
			from = latest[hash];
			latest[hash] = at;
			if (from >= 0)
				while (length < LONGEST && at + length < LENGTH && text[from + length] == text[at + length])
					length++;
		}
		if (length < NEAREST && at < LENGTH) {
			at++;
			if (at - literal < 128)
				continue;
		}
		u32 count = at - literal;
		if (count) {
			packed[out++] = count - 1;
			for (u32 i = 0; i < count; i++)
				packed[out++] = text[literal + i];
		}
		if (at >= LENGTH)
			break;
		if (length >= NEAREST) {
			packed[out++] = 128 + length - NEAREST;
			packed[out++] = at - from;
			packed[out++] = (at - from) >> 8;
			at += length;
		}
		literal = at;
	}
	return out;
}

static u32 decompress(u32 length)
{
	u32 out = 0;
	for (u32 at = 0; at < length;) {
		u32 code = packed[at++];
		if (code < 128) {
			for (u32 i = 0; i <= code; i++)
				unpacked[out++] = packed[at++];
			continue;
		}
		u32 distance = packed[at] | packed[at + 1] << 8;
		at += 2;
		for (u32 i = 0; i < code - 128 + NEAREST; i++, out++)
			unpacked[out] = unpacked[out - distance];
	}
	return out;
}

u32 work(void)
{
	u32 hash = 1;
	for (u32 round = 0; round < 16; round++) {
		text[round * 1000] ^= 1;
		u32 length = compress();
		hash = mix(hash, length);
		u32 same = decompress(length) == LENGTH;
		for (u32 i = 0; i < LENGTH; i++)
			same &= unpacked[i] == text[i];
		hash = mix(hash, same);
		text[round * 1000] ^= 1;
	}
	return hash;
}
