/* A fast Fourier transform (radix 2, in place) and its inverse. */
#include "bench.h"

#define BITS	12
#define SIZE	(1 << BITS)

const char name[] = "fft";
const u32 checksum = 0x293b9fc5;

static struct complex {
	double re, im;
} signal[SIZE], data[SIZE], twiddle[SIZE / 2];

static struct complex multiply(struct complex a, struct complex b)
{
	return (struct complex){ a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re };
}

/* twiddle[k] = exp(-2 pi i k / SIZE), from square roots alone: half angles give the powers of two, products the rest. */
void prepare(void)
{
	struct complex root = { -1, 0 };
	twiddle[0] = (struct complex){ 1, 0 };
	for (u32 step = SIZE / 4; step; step /= 2) {
		double re = __builtin_sqrt((1 + root.re) / 2);
		root = (struct complex){ re, -__builtin_sqrt((1 - root.re) / 2) };
		twiddle[step] = root;
	}
	for (u32 k = 1; k < SIZE / 2; k++)
		if (k & (k - 1))
			twiddle[k] = multiply(twiddle[k & (k - 1)], twiddle[k & -k]);
	u32 seed = 1;
	for (u32 i = 0; i < SIZE; i++)
		signal[i] = (struct complex){ (int)next_random(&seed) * 0x1p-31, (int)next_random(&seed) * 0x1p-31 };
}

static void reorder(void)
{
	for (u32 i = 0, reversed = 0; i < SIZE; i++) {
		if (i < reversed) {
			struct complex kept = data[i];
			data[i] = data[reversed];
			data[reversed] = kept;
		}
		u32 bit = SIZE / 2;
		for (; reversed & bit; bit /= 2)
			reversed ^= bit;
		reversed |= bit;
	}
}

static void transform(double direction)
{
	reorder();
	for (u32 half = 1; half < SIZE; half *= 2)
		for (u32 group = 0; group < SIZE; group += 2 * half)
			for (u32 k = 0; k < half; k++) {
				struct complex w = twiddle[k * (SIZE / 2 / half)];
				w.im *= direction;
				struct complex *a = &data[group + k], *b = a + half, odd = multiply(*b, w);
				*b = (struct complex){ a->re - odd.re, a->im - odd.im };
				*a = (struct complex){ a->re + odd.re, a->im + odd.im };
			}
}

u32 work(void)
{
	for (u32 i = 0; i < SIZE; i++)
		data[i] = signal[i];
	transform(1);
	u32 hash = 0;
	for (u32 i = 0; i < SIZE; i++)
		hash = mix_double(mix_double(hash, data[i].re), data[i].im);
	transform(-1);
	for (u32 i = 0; i < SIZE; i++)
		hash = mix_double(mix_double(hash, data[i].re), data[i].im);
	return hash;
}
