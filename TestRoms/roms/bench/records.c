/* Quicksort of records through a comparison function, as a C library has it. */
#include "bench.h"

#define COUNT	4096

struct record {
	u32 key, number;
	char name[8];
};

typedef int comparison(const void *a, const void *b);

const char name[] = "records";
const u32 checksum = 0xf3fd86ef;

static struct record records[COUNT];

void prepare(void)
{
}

static int by_key(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	return x->key < y->key ? -1 : x->key > y->key;
}

static int by_name(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	for (u32 i = 0; i < sizeof x->name; i++)
		if (x->name[i] != y->name[i])
			return x->name[i] - y->name[i];
	return by_key(a, b);
}

static void swap(char *a, char *b, u32 size)
{
	for (u32 *x = (u32 *)a, *y = (u32 *)b; size; x++, y++, size -= 4) {
		u32 kept = *x;
		*x = *y;
		*y = kept;
	}
}

/* The library does not know whom it calls. */
static __attribute__((noinline, noclone)) void sort(char *base, u32 count, u32 size, comparison *compare)
{
	while (count > 1) {
		char *low = base, *high = base + (count - 1) * size;
		swap(base, base + count / 2 * size, size);
		for (;;) {
			do
				low += size;
			while (low <= high && compare(low, base) < 0);
			while (compare(high, base) > 0)
				high -= size;
			if (low >= high)
				break;
			swap(low, high, size);
			high -= size;
		}
		swap(base, high, size);
		u32 before = (high - base) / size;
		sort(base, before, size, compare);
		base = high + size;
		count -= before + 1;
	}
}

u32 work(void)
{
	u32 seed = 5, hash = 1;
	for (u32 i = 0; i < COUNT; i++) {
		records[i].key = next_random(&seed);
		records[i].number = i;
		for (u32 j = 0; j < sizeof records[i].name; j++)
			records[i].name[j] = 'a' + (next_random(&seed) >> 4) % (j < 4 ? 2 : 26);
	}
	sort((char *)records, COUNT, sizeof *records, by_name);
	hash = mix(mix(hash, records[0].number), records[COUNT / 2].number);
	sort((char *)records, COUNT, sizeof *records, by_key);
	return mix(mix(hash, records[0].number), records[COUNT / 2].number);
}
