/* Virtual calls: objects of five classes, each with a table of methods. */
#include "bench.h"

#define COUNT	1000

struct object;

struct methods {
	u32 (*area)(const struct object *);
	void (*grow)(struct object *, u32);
	u32 (*corners)(const struct object *);
};

struct object {
	const struct methods *methods;
	u32 a, b;
};

const char name[] = "objects";
const u32 checksum = 0xc32d73b9;

static struct object objects[COUNT];

static u32 area_of_square(const struct object *o) { return o->a * o->a; }
static u32 area_of_box(const struct object *o) { return o->a * o->b; }
static u32 area_of_triangle(const struct object *o) { return o->a * o->b / 2; }
static u32 area_of_circle(const struct object *o) { return o->a * o->a * 355 / 113; }
static u32 no_area(const struct object *o) { return 0; }
static void grow_one(struct object *o, u32 by) { o->a = (o->a + by) & 0xfff; }
static void grow_both(struct object *o, u32 by) { o->a = (o->a + by) & 0xfff; o->b = (o->b ^ by) & 0xfff; }
static void grow_not(struct object *o, u32 by) { }
static u32 no_corners(const struct object *o) { return 0; }
static u32 three_corners(const struct object *o) { return 3; }
static u32 four_corners(const struct object *o) { return 4; }

static const struct methods classes[] = {
	{ area_of_square, grow_one, four_corners },
	{ area_of_box, grow_both, four_corners },
	{ area_of_triangle, grow_both, three_corners },
	{ area_of_circle, grow_one, no_corners },
	{ no_area, grow_not, no_corners },
};

void prepare(void)
{
}

u32 work(void)
{
	u32 seed = 13, hash = 1;
	for (u32 i = 0; i < COUNT; i++) {
		objects[i].methods = &classes[next_random(&seed) % 5];
		objects[i].a = next_random(&seed) & 0xfff;
		objects[i].b = next_random(&seed) & 0xfff;
	}
	for (u32 round = 0; round < 100; round++)
		for (u32 i = 0; i < COUNT; i++) {
			struct object *o = &objects[i];
			o->methods->grow(o, round);
			hash += o->methods->area(o) ^ o->methods->corners(o);
		}
	return hash;
}
