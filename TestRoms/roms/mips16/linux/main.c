/*
 * A program for Linux that is built twice, to half words and to words: both print the same. Besides what a compiler makes
 * of C, it has what only a kernel can do to half words: interrupt them with signals, fault in them, fork them.
 */
#include "linux.h"
#include "half.h"
#include "print.h"

#define SYS_getpid	4020
#define SYS_kill	4037
#define SYS_setitimer	4104
#define SYS_rt_sigaction	4194

enum { SIGFPE = 8, SIGUSR1 = 16, SIGALRM = 14 };

struct action {
	u32 flags;
	void (*handler)(int);
	u32 mask[4];
};

static volatile u32 signals;
static char line[4096];
static u32 written;

void put_char(char c)
{
	line[written++] = c;
	if (c == '\n' || written == sizeof line) {
		call3(SYS_write, 1, line, written);
		written = 0;
	}
}

static void count(int signal)
{
	signals += signal;
}

static u32 square(u32 n)
{
	return n * n;
}

static void on(int signal)
{
	struct action action = { 0, count, { 0 } };

	call4(SYS_rt_sigaction, signal, &action, 0, 16);
}

/* Signals while a hot loop runs: each interrupts it somewhere. */
static u32 interrupted(void)
{
	static const u32 soon[4] = { 0, 4000, 0, 4000 }, never[4];
	u32 sum = 0;

	signals = 0;
	on(SIGALRM);
	call3(SYS_setitimer, 0, soon, 0);
	while (signals < 10 * SIGALRM)
		sum = half_switch(1000);
	call3(SYS_setitimer, 0, never, 0);
	return sum;
}

/* How a child ends that divides by zero. */
static u32 divided(void)
{
	static volatile u32 dividend = 7, zero;
	u32 status = 0;
	long child = call0(SYS_fork);

	if (child == 0)
		call1(SYS_exit, dividend / zero);
	call4(SYS_wait4, child, &status, 0, 0);
	return status;
}

int main(void)
{
	static u8 bytes[4096];
	static short halves[256];
	static signed char small[256];

	for (u32 i = 0; i < sizeof bytes; i++)
		bytes[i] = i * 7 ^ i >> 3;
	for (u32 i = 0; i < 256; i++) {
		halves[i] = i * 1031;
		small[i] = i * 37;
	}
	print("fib %u\n", half_fib(22));
	for (u32 n = 0; n < 20; n++)
		print("crc %08x\n", half_crc(bytes + n, sizeof bytes - 2 * n));
	print("switch %08x\n", half_switch(300000));
	print("calls %08x %08x\n", half_calls(square, 100000), half_calls(half_fib, 16));
	for (u32 n = 0; n < 200; n++)
		print("many %08x\n", half_many(n, 2, n * n, 4, 5, n ^ 6, 7, 8));
	for (u32 n = 0; n < 100; n++)
		print("bytes %08x\n", half_bytes(small, halves, 256));
	on(SIGUSR1);
	for (u32 n = 0; n < 100; n++)
		call2(SYS_kill, call0(SYS_getpid), SIGUSR1);
	print("signals %u\n", signals);
	print("interrupted %08x\n", interrupted());
	print("divided %x\n", divided());
	print("done\n");
	return 0;
}
