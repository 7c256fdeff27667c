/* The Mandelbrot set: iterations for each point of a picture. */
#include "bench.h"

#define WIDTH	90
#define HEIGHT	64
#define LIMIT	60

const char name[] = "mandelbrot";
const u32 checksum = 0x8b968676;

void prepare(void)
{
}

static u32 iterations(double re, double im)
{
	double x = 0, y = 0;
	u32 count = 0;
	for (; count < LIMIT; count++) {
		double xx = x * x, yy = y * y;
		if (xx + yy > 4)
			break;
		y = 2 * x * y + im;
		x = xx - yy + re;
	}
	return count;
}

u32 work(void)
{
	u32 hash = 0;
	for (int row = 0; row < HEIGHT; row++)
		for (int column = 0; column < WIDTH; column++)
			hash = mix(hash, iterations(column * (3.0 / WIDTH) - 2, row * (2.0 / HEIGHT) - 1));
	return hash;
}
