/* The sun and its four great planets in small steps (after the Computer Language Benchmarks Game). */
#include "bench.h"

#define BODIES	5
#define STEPS	2800
#define STEP	0.01
#define SOLAR_MASS	(4 * 3.141592653589793 * 3.141592653589793)
#define YEAR	365.24

const char name[] = "nbody";
const u32 checksum = 0xf17d52ff;

struct body {
	double x, y, z, vx, vy, vz, mass;
};

static const struct body start[BODIES] = {
	{ 0, 0, 0, 0, 0, 0, SOLAR_MASS },
	{ 4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01,
	  1.66007664274403694e-03 * YEAR, 7.69901118419740425e-03 * YEAR, -6.90460016972063023e-05 * YEAR, 9.54791938424326609e-04 * SOLAR_MASS },
	{ 8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
	  -2.76742510726411990e-03 * YEAR, 4.99852801234917238e-03 * YEAR, 2.30417297573763929e-05 * YEAR, 2.85885980666130812e-04 * SOLAR_MASS },
	{ 1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01,
	  2.96460137564761618e-03 * YEAR, 2.37847173959480950e-03 * YEAR, -2.96589568540237556e-05 * YEAR, 4.36624404335156298e-05 * SOLAR_MASS },
	{ 1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
	  2.68067772490389322e-03 * YEAR, 1.62824170038242295e-03 * YEAR, -9.51592254519715870e-05 * YEAR, 5.15138902046611451e-05 * SOLAR_MASS },
};

void prepare(void)
{
}

static void advance(struct body bodies[BODIES])
{
	for (int i = 0; i < BODIES; i++) {
		struct body *a = &bodies[i];
		for (int j = i + 1; j < BODIES; j++) {
			struct body *b = &bodies[j];
			double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
			double square = dx * dx + dy * dy + dz * dz;
			double pull = STEP / (square * __builtin_sqrt(square));
			a->vx -= dx * b->mass * pull;
			a->vy -= dy * b->mass * pull;
			a->vz -= dz * b->mass * pull;
			b->vx += dx * a->mass * pull;
			b->vy += dy * a->mass * pull;
			b->vz += dz * a->mass * pull;
		}
	}
	for (int i = 0; i < BODIES; i++) {
		struct body *body = &bodies[i];
		body->x += STEP * body->vx;
		body->y += STEP * body->vy;
		body->z += STEP * body->vz;
	}
}

u32 work(void)
{
	struct body bodies[BODIES];
	for (int i = 0; i < BODIES; i++)
		bodies[i] = start[i];
	for (int step = 0; step < STEPS; step++)
		advance(bodies);
	u32 hash = 0;
	for (int i = 0; i < BODIES; i++)
		hash = mix_double(mix_double(mix_double(hash, bodies[i].x), bodies[i].y), bodies[i].z);
	return hash;
}
