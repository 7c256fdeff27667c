/*
 * One round of what programs do to a system: processes and pipes, signals that are sent and that are raised, floating point, code that is written and
 * rewritten. Prints one line, the same every time.
 */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sys/cachectl.h>

static uint32_t sum = 2166136261u;
static sigjmp_buf back;
static volatile sig_atomic_t caught;

static void add(uint32_t value)
{
	sum = (sum ^ value) * 16777619u;
}

static void on_signal(int number)
{
	caught += number;
}

static void on_fault(int number)
{
	siglongjmp(back, number);
}

static void signals(void)
{
	static int *volatile nowhere = (int *)16;
	volatile int zero = 0;

	signal(SIGUSR1, on_signal);
	signal(SIGSEGV, on_fault);
	signal(SIGFPE, on_fault);
	signal(SIGTRAP, on_fault);
	for (int i = 0; i < 200; i++) {
		int number = sigsetjmp(back, 1);

		if (number) {
			add(number);
			continue;
		}
		if (i % 3 == 0)
			kill(getpid(), SIGUSR1);
		else if (i % 3 == 1)
			add(*nowhere);
		else
			add(i / zero);
	}
	add(caught);
}

static void numbers(void)
{
	double x = 1, y = 0;

	for (int i = 1; i < 20000; i++) {
		x = fma(x, 1.0000001, sqrt(i) / i) - floor(x);
		y += sin(x) * exp(-x) / (1 + (float)x);
	}
	union { double number; uint32_t words[2]; } end = { y };
	add(end.words[0]);
	add(end.words[1]);
}

/* addiu $v0, $a0, n; jr $ra; nop */
static void rewriting(void)
{
	uint32_t *code = mmap(0, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t value = 0;

	for (uint32_t i = 0; i < 300; i++) {
		uint32_t *function = code + i * 37 % 2000;

		function[0] = 0x24820000 | (i * 7 & 0x7fff);
		function[1] = 0x03e00008;
		function[2] = 0;
		cacheflush(function, 12, BCACHE);
		for (int j = 0; j < 60; j++)
			value = ((uint32_t (*)(uint32_t))(void *)function)(value);
		/* The next page shares nothing with it but the call. */
		function[0] ^= 1;
		cacheflush(function, 4, ICACHE);
		value = ((uint32_t (*)(uint32_t))(void *)function)(value);
	}
	munmap(code, 8192);
	add(value);
}

static void processes(void)
{
	for (int child = 0; child < 8; child++) {
		int ends[2], status;
		uint32_t word, words = 0;

		if (pipe(ends))
			abort();
		pid_t process = fork();

		if (!process) {
			uint32_t x = child + 1;

			close(ends[0]);
			for (int i = 0; i < 3000; i++) {
				x = x * 1103515245 + 12345;
				if (write(ends[1], &x, 4) != 4)
					_exit(99);
			}
			_exit(child);
		}
		close(ends[1]);
		while (read(ends[0], &word, 4) == 4) {
			add(word);
			words++;
		}
		close(ends[0]);
		waitpid(process, &status, 0);
		add(words + WEXITSTATUS(status));
	}
}

int main(void)
{
	signals();
	numbers();
	rewriting();
	processes();
	printf("%08x\n", sum);
	return 0;
}
