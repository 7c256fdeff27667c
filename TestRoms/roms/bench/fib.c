/* Fibonacci numbers by recursion: calls and returns. */
#include "bench.h"

const char name[] = "fib";
const u32 checksum = 0x000cb228;

void prepare(void)
{
}

static __attribute__((noinline)) u32 fib(u32 n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

u32 work(void)
{
	return fib(30);
}
