/* A tree of processes by fork and wait; then more forks than there are ASIDs. */
#include "lib.h"

#define DEPTH	4
#define STORM	300

#define UNTOUCHED	12345

static volatile unsigned shared;	/* written before each fork, so that both have its page: until one writes again */

/* The number of processes in the tree below, this one included: each child reports by its exit status. */
static unsigned grow(unsigned depth)
{
	volatile unsigned here = UNTOUCHED;
	unsigned nodes = 1;
	shared = depth;
	for (int i = 0; i < 2 && depth; i++)
		if (fork() == 0) {
			here = shared = i;
			yield();
			exit(grow(depth - 1));
		}
	for (int status; wait(&status) > 0; )
		nodes += status;
	return here == UNTOUCHED && shared == depth ? nodes : 0;
}

int main(const char *arguments)
{
	unsigned nodes = grow(DEPTH), wrong = 0;
	for (unsigned i = 0; i < STORM; i++) {
		int status;
		shared = UNTOUCHED;
		if (fork() == 0) {
			yield();			/* the parent writes first */
			exit(shared != UNTOUCHED);
		}
		shared = i;
		wait(&status);
		wrong += status != 0 || shared != i;
	}
	return verdict(arguments, "tree: processes", nodes + wrong, (1 << (DEPTH + 1)) - 1);
}
