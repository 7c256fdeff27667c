/* What programs do with strings: measure, copy, compare, look for one in another. */
#include "bench.h"

#define WORDS	8192
#define LONGEST	16
#define PASSES	12

const char name[] = "strings";
const u32 checksum = 0xf6f1cf91;

static char words[WORDS][LONGEST], text[WORDS * (LONGEST + 1)];

void prepare(void)
{
	u32 seed = 1;
	for (int i = 0; i < WORDS; i++) {
		u32 length = 3 + next_random(&seed) % (LONGEST - 4);
		for (u32 at = 0; at < length; at++)
			words[i][at] = "etaoinshrdlucmfwypvbgkjqxz"[next_random(&seed) % 26 & next_random(&seed) % 32];
	}
}

static u32 length_of(const char *s)
{
	const char *end = s;
	while (*end)
		end++;
	return end - s;
}

static void copy(void *to, const void *from, u32 length)
{
	char *target = to;
	const char *source = from;
	while (length--)
		*target++ = *source++;
}

static int compare(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return (u8)*a - (u8)*b;
}

/* Joins all words by spaces. */
static u32 join(void)
{
	char *end = text;
	for (int i = 0; i < WORDS; i++) {
		u32 length = length_of(words[i]);
		copy(end, words[i], length);
		end += length;
		*end++ = ' ';
	}
	*end = 0;
	return end - text;
}

/* Horspool's search; how often pattern occurs. */
static u32 count_of(const char *pattern, u32 length)
{
	u8 skip[256];
	u32 size = length_of(pattern), found = 0;
	for (int i = 0; i < 256; i++)
		skip[i] = size;
	for (u32 i = 0; i + 1 < size; i++)
		skip[(u8)pattern[i]] = size - 1 - i;
	for (u32 at = 0; at + size <= length; at += skip[(u8)text[at + size - 1]]) {
		u32 i = size;
		while (i && text[at + i - 1] == pattern[i - 1])
			i--;
		found += !i;
	}
	return found;
}

/* The number of the greatest word. */
static u32 greatest(void)
{
	int best = 0;
	for (int i = 1; i < WORDS; i++)
		if (compare(words[i], words[best]) > 0)
			best = i;
	return best;
}

u32 work(void)
{
	u32 hash = 1;
	for (int pass = 0; pass < PASSES; pass++) {
		u32 length = join();
		hash = mix(hash, length);
		hash = mix(hash, count_of(words[pass * 100], length));
		hash = mix(hash, count_of("the", length));
		hash = mix(hash, greatest());
	}
	return hash;
}
