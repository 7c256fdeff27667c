/* The product of two matrices of integers. */
#include "bench.h"

#define SIZE	144

const char name[] = "matmul";
const u32 checksum = 0xb855ce9b;

static int a[SIZE][SIZE], b[SIZE][SIZE], product[SIZE][SIZE];

void prepare(void)
{
	u32 seed = 1;
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			a[i][j] = next_random(&seed) % 1000;
			b[i][j] = next_random(&seed) % 1000;
		}
}

u32 work(void)
{
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			int sum = 0;
			for (int k = 0; k < SIZE; k++)
				sum += a[i][k] * b[k][j];
			product[i][j] = sum;
		}
	u32 hash = 0;
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++)
			hash = mix(hash, product[i][j]);
	return hash;
}
