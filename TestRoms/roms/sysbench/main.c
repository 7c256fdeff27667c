/*
 * What an operating system does, each thing many times: sysbench NAME [n=ROUNDS]. A benchmark checks what it did; the lines
 * "sysbench NAME begins" and "sysbench NAME COUNT ok" are for a stopwatch outside the guest.
 */
#include "linux.h"
#include "print.h"

#define PAGE	4096
#define DEFAULT_ROUNDS	400

typedef unsigned int u32;

void put_char(char c)
{
	call3(SYS_write, 1, &c, 1);
}

static long checked(long result)
{
	if (result < 0) {
		print("FAIL system call: error %d\n", (int)-result);
		call1(SYS_exit, 1);
	}
	return result;
}

static void wait_for(long child)
{
	u32 status = 1;
	checked(call4(SYS_wait4, child, &status, 0, 0));
	if (status) {
		print("FAIL child: status %x\n", status);
		call1(SYS_exit, 1);
	}
}

/* The cheapest call there is that the C library could not answer. */
static int system_calls(u32 count)
{
	long parent = call0(SYS_getppid);
	int ok = 1;
	while (count--)
		ok &= call0(SYS_getppid) == parent;
	return ok;
}

/* Reads all of length bytes. */
static long read_all(int file, void *to, long length)
{
	long done = 0;
	while (done < length) {
		long part = checked(call3(SYS_read, file, (char *)to + done, length - done));
		if (!part)
			break;
		done += part;
	}
	return done;
}

/* Two processes hand a number back and forth; each adds one. */
static int context_switches(u32 count)
{
	int there[2], back[2];
	u32 value = 0;
	checked(call2(SYS_pipe2, there, 0));
	checked(call2(SYS_pipe2, back, 0));
	long child = checked(call0(SYS_fork));
	if (!child) {
		for (u32 i = 0; i < count; i++) {
			read_all(there[0], &value, sizeof value);
			value++;
			checked(call3(SYS_write, back[1], &value, sizeof value));
		}
		call1(SYS_exit, 0);
	}
	for (u32 i = 0; i < count; i++) {
		value++;
		checked(call3(SYS_write, there[1], &value, sizeof value));
		read_all(back[0], &value, sizeof value);
	}
	wait_for(child);
	return value == 2 * count;
}

/* A child that executes this program again, which does nothing. */
static int processes(u32 count)
{
	static char *arguments[] = { "sysbench", "nothing", 0 }, *environment[] = { 0 };
	while (count--) {
		long child = checked(call0(SYS_fork));
		if (!child)
			checked(call3(SYS_execve, "/proc/self/exe", arguments, environment));
		wait_for(child);
	}
	return 1;
}

/* Touches each page of fresh memory, 256 at a time. */
static int page_faults(u32 count)
{
	const long pages = 256, length = pages * PAGE;
	int ok = 1;
	for (u32 done = 0; done < count; done += pages) {
		volatile char *memory = (char *)checked(call6(SYS_mmap2, 0, length, 3 /* read, write */, 0x802 /* private, anonymous */, -1, 0));
		for (long at = 0; at < length; at += PAGE)
			memory[at] += 1;
		ok &= memory[length - PAGE] == 1;
		checked(call2(SYS_munmap, memory, length));
	}
	return ok;
}

/* A child sends 16 KB blocks through a pipe. */
static int pipe_throughput(u32 count)
{
	static u32 block[4096];
	int ends[2];
	checked(call2(SYS_pipe2, ends, 0));
	long child = checked(call0(SYS_fork));
	if (!child) {
		for (u32 i = 0; i < count; i++) {
			block[0] = block[4095] = i;
			for (long sent = 0; sent < (long)sizeof block; )
				sent += checked(call3(SYS_write, ends[1], (char *)block + sent, sizeof block - sent));
		}
		call1(SYS_exit, 0);
	}
	int ok = 1;
	for (u32 i = 0; i < count; i++)
		ok &= read_all(ends[0], block, sizeof block) == sizeof block && block[0] == i && block[4095] == i;
	wait_for(child);
	return ok;
}

static const struct benchmark {
	const char *name;
	int (*run)(u32 count);
	u32 round;		/* how many make about 10 ms of QEMU */
} benchmarks[] = {
	{ "syscall", system_calls, 30000 },
	{ "context", context_switches, 125 },
	{ "process", processes, 5 },
	{ "fault", page_faults, 256 },
	{ "pipe", pipe_throughput, 150 },
};

static int equal(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return *a == *b;
}

static u32 number_in(const char *digits)
{
	u32 number = 0;
	for (; *digits >= '0' && *digits <= '9'; digits++)
		number = number * 10 + (*digits - '0');
	return number;
}

static int run(const struct benchmark *benchmark, u32 rounds)
{
	u32 count = rounds * benchmark->round;
	print("sysbench %s begins\n", benchmark->name);
	int ok = benchmark->run(count);
	print("sysbench %s %u %s\n", benchmark->name, count, ok ? "ok" : "FAIL");
	return !ok;
}

int main(int argc, char **argv)
{
	if (argc == 2 && equal(argv[1], "nothing"))
		return 0;
	for (u32 i = 0; argc > 1 && i < sizeof benchmarks / sizeof *benchmarks; i++)
		if (equal(argv[1], benchmarks[i].name))
			return run(&benchmarks[i], argc > 2 ? number_in(argv[2] + 2) : DEFAULT_ROUNDS);
	print("usage: sysbench syscall|context|process|fault|pipe [n=ROUNDS]\n");
	return 2;
}
