/* The sieve of Eratosthenes, a byte per odd number. */
#include "bench.h"

#define NUMBERS	262144
#define PASSES	6

const char name[] = "sieve";
const u32 checksum = 0x000414a4;

static u8 composite[NUMBERS];	/* of 2 * i + 1 */

void prepare(void)
{
}

static u32 count_primes(void)
{
	u32 primes = 1;
	for (u32 i = 0; i < NUMBERS; i++)
		composite[i] = 0;
	for (u32 i = 1; i < NUMBERS; i++) {
		if (composite[i])
			continue;
		primes++;
		for (u32 multiple = 2 * i * (i + 1); multiple < NUMBERS && i < 512; multiple += 2 * i + 1)
			composite[multiple] = 1;
	}
	return primes;
}

u32 work(void)
{
	u32 hash = 0;
	for (int pass = 0; pass < PASSES; pass++)
		hash = mix(hash, count_primes());
	return hash;
}
