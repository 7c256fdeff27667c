/* The product of two matrices of doubles. */
#include "bench.h"

#define SIZE	72

const char name[] = "fmatmul";
const u32 checksum = 0x936fde0e;

static double a[SIZE][SIZE], b[SIZE][SIZE], product[SIZE][SIZE];

void prepare(void)
{
	u32 seed = 1;
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			a[i][j] = (int)(next_random(&seed) >> 1) * 0x1p-31;
			b[i][j] = (int)(next_random(&seed) >> 1) * 0x1p-31;
		}
}

u32 work(void)
{
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			double sum = 0;
			for (int k = 0; k < SIZE; k++)
				sum += a[i][k] * b[k][j];
			product[i][j] = sum;
		}
	u32 hash = 0;
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++)
			hash = mix_double(hash, product[i][j]);
	return hash;
}
