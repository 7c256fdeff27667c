/* Fibonacci by recursion: calls, returns and stack. */
#include "lib.h"

static __attribute__((noinline)) unsigned fib(unsigned n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(const char *arguments)
{
	return verdict(arguments, "fib(26)", fib(26), 121393);
}
