/* A tree of processes by fork and wait; then more forks than there are ASIDs. */
#include "lib.h"

#define DEPTH	4
#define STORM	300

static unsigned mine = 1;	/* on a page that all share until one writes */

/* The number of processes in the tree below, this one included: each child reports by its exit status. */
static unsigned grow(unsigned depth)
{
	unsigned nodes = 1;
	if (depth == 0)
		return nodes;
	for (int i = 0; i < 2; i++)
		if (fork() == 0) {
			mine += depth;
			yield();
			exit(grow(depth - 1));
		}
	for (int status; wait(&status) > 0; )
		nodes += status;
	return nodes;
}

int main(const char *arguments)
{
	unsigned result = grow(DEPTH);
	for (unsigned i = 0; i < STORM; i++) {
		if (fork() == 0) {
			mine = i;
			exit(mine == i ? 0 : 1);
		}
		int status;
		wait(&status);
		result += status;
	}
	return verdict(arguments, "tree: processes", result + (mine != 1), (1 << (DEPTH + 1)) - 1);
}
