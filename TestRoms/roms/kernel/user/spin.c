/* Never lets go of the processor by itself: succeeds once it has been taken away. Start two. */
#include "lib.h"

static unsigned preemptions(void)
{
	struct process_info process;
	for (unsigned i = 0; info(i, &process) == 0; i++)
		if (process.pid == getpid())
			return process.preemptions;
	return 0;
}

int main(const char *arguments)
{
	unsigned times = 0;
	for (int chunk = 0; chunk < 300 && !times; chunk++) {
		for (volatile int i = 0; i < 50000; i++)
			;
		times = preemptions();
	}
	return verdict(arguments, "spin: was preempted", times > 0, 1);
}
