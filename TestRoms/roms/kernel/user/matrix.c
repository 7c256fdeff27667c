/* Solves systems of linear equations in double precision; several of these at once share the one FPU. */
#include "lib.h"

#define N	24
#define ROUNDS	40

static double a[N][N + 1];

/* Column N is chosen so that the solution is 1, 2, 3, … */
static void prepare(int round)
{
	for (int row = 0; row < N; row++) {
		a[row][N] = 0;
		for (int column = 0; column < N; column++) {
			a[row][column] = row == column ? N + round : 1.0 / (1 + row + 2 * column);
			a[row][N] += a[row][column] * (column + 1);
		}
	}
}

static void eliminate(void)
{
	for (int pivot = 0; pivot < N; pivot++)
		for (int row = 0; row < N; row++) {
			if (row == pivot)
				continue;
			double factor = a[row][pivot] / a[pivot][pivot];
			for (int column = pivot; column <= N; column++)
				a[row][column] -= factor * a[pivot][column];
		}
}

int main(const char *arguments)
{
	unsigned right = 0;
	for (int round = 0; round < ROUNDS; round++) {
		prepare(round);
		eliminate();
		for (int i = 0; i < N; i++) {
			double error = a[i][N] / a[i][i] - (i + 1);
			right += error < 1e-9 && error > -1e-9;
		}
	}
	return verdict(arguments, "matrix: right unknowns", right, N * ROUNDS);
}
