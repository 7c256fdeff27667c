/* The primes below 200,000, by a sieve in untouched zero pages. */
#include "lib.h"

#define LIMIT	200000

static char composite[LIMIT];

int main(const char *arguments)
{
	unsigned found = 0;
	for (unsigned n = 2; n < LIMIT; n++) {
		if (composite[n])
			continue;
		found++;
		for (unsigned multiple = 2 * n; multiple < LIMIT; multiple += n)
			composite[multiple] = 1;
	}
	return verdict(arguments, "primes below 200000", found, 17984);
}
