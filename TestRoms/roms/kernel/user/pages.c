/* Many more pages than the TLB has entries: heap by strides, and a stack that grows as it is used. */
#include "lib.h"

#define PAGES	300
#define EACH	128				/* words of each page, and how far they are apart */
#define APART	(1024 / EACH)
#define WORDS	(PAGES * EACH)
#define NEXT	131				/* a prime just above: every word, page after page */

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
		for (unsigned i = 0, at = 0; i < WORDS; i++, at = (at + NEXT) % WORDS)
			heap[at * APART] += round * at;
		yield();
	}
	for (unsigned at = 0; at < WORDS; at++)
		right += heap[at * APART] == 6 * at;
	right += deep(299);
	return verdict(arguments, "pages: right words", right, WORDS + 300);
}
