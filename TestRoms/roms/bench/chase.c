/* Pointer chasing: a list that visits 16,384 nodes in random order. */
#include "bench.h"

#define NODES	16384
#define STEPS	1800000

const char name[] = "chase";
const u32 checksum = 0x6ce38f35;

static struct node {
	struct node *next;
	u32 value;
} nodes[NODES];

/* Sattolo's shuffle makes one cycle of all nodes. */
void prepare(void)
{
	static u16 order[NODES];
	u32 seed = 1;
	for (u32 i = 0; i < NODES; i++) {
		order[i] = i;
		nodes[i].value = next_random(&seed);
	}
	for (u32 i = NODES - 1; i; i--) {
		u32 other = next_random(&seed) % i;
		u16 swapped = order[i];
		order[i] = order[other];
		order[other] = swapped;
	}
	for (u32 i = 0; i < NODES; i++)
		nodes[order[i]].next = &nodes[order[(i + 1) % NODES]];
}

u32 work(void)
{
	const struct node *at = nodes;
	u32 sum = 0;
	for (u32 i = 0; i < STEPS; i++) {
		sum += at->value ^ i;
		at = at->next;
	}
	return sum;
}
