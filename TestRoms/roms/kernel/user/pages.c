/* Many more pages than the TLB has entries: heap by strides, and a stack that grows as it is used. */
#include "lib.h"

#define PAGES	300
#define WORDS	(PAGES * 1024)

static __attribute__((noinline)) unsigned deep(unsigned levels)
{
	volatile unsigned here[256];
	here[levels % 256] = levels;
	unsigned below = levels ? deep(levels - 1) : 0;
	return below + (here[levels % 256] == levels);
}

int main(const char *arguments)
{
	unsigned *heap = sbrk(PAGES * 4096), right = 0;
	for (unsigned round = 1; round <= 3; round++) {
		for (unsigned i = 0, at = 0; i < WORDS; i++, at = (at + 1031) % WORDS)	/* 1031 is prime: every word, page after page */
			heap[at] += round * at;
		yield();
	}
	for (unsigned at = 0; at < WORDS; at++)
		right += heap[at] == 6 * at;
	right += deep(299);
	return verdict(arguments, "pages: right words", right, WORDS + 300);
}
