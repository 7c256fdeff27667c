/* The kernel checks itself: everything at once, then one crash after another. Its own status is the verdict. */
#include "lib.h"

static int failures;

static void report(const char *program, const char *argument, int expected, int status)
{
	int ok = status == expected;
	print(*argument ? "%s %s %s" : "%s %s", ok ? "ok" : "FAIL", program, argument);
	if (!ok)
		print(" expected %d got %d", expected, status);
	print("\n");
	failures += !ok;
}

/* Children end in any order; the report keeps that of their birth. */
static void all_at_once(void)
{
	static const char *const programs[] = {
		"primes", "fib", "matrix", "matrix", "matrix", "pages", "pages", "tree", "spin", "spin", "primes",
	};
	enum { COUNT = sizeof programs / sizeof *programs };
	int pids[COUNT], results[COUNT];
	for (int i = 0; i < COUNT; i++)
		pids[i] = spawn(programs[i], "quiet");
	for (int left = COUNT; left; left--) {
		int status, pid = wait(&status);
		for (int i = 0; i < COUNT; i++)
			if (pids[i] == pid)
				results[i] = status;
	}
	for (int i = 0; i < COUNT; i++)
		report(programs[i], "", 0, results[i]);
}

/* Each dies of its own exception (MD00090, "Cause Register ExcCode Field"); whoever started it lives on. */
static void crashes(void)
{
	static const struct { const char *how; int code; } crash[] = {
		{ "load", 2 }, { "store", 3 }, { "text", 1 }, { "kernel", 4 }, { "align", 5 }, { "cop0", 11 },
		{ "reserved", 10 }, { "overflow", 12 }, { "break", 9 }, { "trap", 13 }, { "stack", 3 },
	};
	for (unsigned i = 0; i < sizeof crash / sizeof *crash; i++) {
		int status = -1;
		spawn("crash", crash[i].how);
		wait(&status);
		report("crash", crash[i].how, KILLED + crash[i].code, status);
	}
}

static void calls(void)
{
	unsigned before = ticks();
	sleep(3);
	report("sleep", "", 1, ticks() - before >= 3);
	report("wait", "without children", -1, wait(0));
	report("write", "from nowhere", -1, write((char *)0x30000000, 1));
	report("write", "from the kernel", -1, write((char *)0x80000000, 1));
	report("spawn", "of nothing", -1, spawn("nothing", ""));
}

int main(const char *arguments)
{
	print("demo: pid %d\n", getpid());
	all_at_once();
	crashes();
	calls();
	return failures != 0;
}
