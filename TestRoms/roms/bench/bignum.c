/* Numbers of 2,048 bits: products, and what is left of them modulo a smaller one. */
#include "bench.h"

#define LIMBS	64

const char name[] = "bignum";
const u32 checksum = 0xade687dc;

static u32 a[LIMBS], b[LIMBS], product[2 * LIMBS];

void prepare(void)
{
}

static void multiply(u32 *to, const u32 *x, const u32 *y)
{
	for (u32 i = 0; i < 2 * LIMBS; i++)
		to[i] = 0;
	for (u32 i = 0; i < LIMBS; i++) {
		u64 carry = 0;
		for (u32 j = 0; j < LIMBS; j++) {
			carry += (u64)x[i] * y[j] + to[i + j];
			to[i + j] = (u32)carry;
			carry >>= 32;
		}
		to[i + LIMBS] = (u32)carry;
	}
}

/* Modulo 2^2048 - 1: the upper half is added to the lower one. */
static void fold(u32 *to, const u32 *from)
{
	u64 carry = 0;
	for (u32 i = 0; i < LIMBS; i++) {
		carry += (u64)from[i] + from[i + LIMBS];
		to[i] = (u32)carry;
		carry >>= 32;
	}
	for (u32 i = 0; carry; i = (i + 1) % LIMBS) {
		carry += to[i];
		to[i] = (u32)carry;
		carry >>= 32;
	}
}

u32 work(void)
{
	u32 seed = 11, hash = 1;
	for (u32 i = 0; i < LIMBS; i++) {
		a[i] = next_random(&seed);
		b[i] = next_random(&seed);
	}
	for (u32 round = 0; round < 400; round++) {
		multiply(product, a, b);
		fold(round & 1 ? a : b, product);
		hash = mix(hash, product[round % LIMBS]);
	}
	return hash;
}
