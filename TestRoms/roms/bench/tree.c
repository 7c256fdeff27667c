/* Pointers: a hash map with chains, and a binary tree that random priorities keep shallow. */
#include "bench.h"

#define COUNT	4096
#define BUCKETS	1024

struct node {
	struct node *left, *right, *next;
	u32 key, priority, value;
};

const char name[] = "tree";
const u32 checksum = 0x206bbe63;

static struct node nodes[COUNT], *buckets[BUCKETS], *root;

void prepare(void)
{
}

static struct node *rotated_right(struct node *top)
{
	struct node *left = top->left;
	top->left = left->right;
	left->right = top;
	return left;
}

static struct node *rotated_left(struct node *top)
{
	struct node *right = top->right;
	top->right = right->left;
	right->left = top;
	return right;
}

static struct node *inserted(struct node *top, struct node *node)
{
	if (!top)
		return node;
	if (node->key < top->key) {
		top->left = inserted(top->left, node);
		return top->left->priority > top->priority ? rotated_right(top) : top;
	}
	top->right = inserted(top->right, node);
	return top->right->priority > top->priority ? rotated_left(top) : top;
}

static struct node *found_in_tree(u32 key)
{
	struct node *at = root;
	while (at && at->key != key)
		at = key < at->key ? at->left : at->right;
	return at;
}

static struct node **bucket_of(u32 key)
{
	return &buckets[(key * 2654435761u >> 16) % BUCKETS];
}

static struct node *found_in_map(u32 key)
{
	struct node *at = *bucket_of(key);
	while (at && at->key != key)
		at = at->next;
	return at;
}

static u32 sum(const struct node *at)
{
	return at ? mix(sum(at->left), at->key) + sum(at->right) : 1;
}

u32 work(void)
{
	u32 seed = 3, hash = 1;
	root = 0;
	for (u32 i = 0; i < BUCKETS; i++)
		buckets[i] = 0;
	for (u32 i = 0; i < COUNT; i++) {
		u32 key = next_random(&seed), priority = next_random(&seed);
		struct node **bucket = bucket_of(key);
		nodes[i] = (struct node) { .key = key, .priority = priority, .next = *bucket };
		*bucket = &nodes[i];
		root = inserted(root, &nodes[i]);
	}
	for (u32 round = 0; round < 8; round++)
		for (u32 i = 0; i < COUNT; i++) {
			u32 key = nodes[i * 7 % COUNT].key + (i % 8 == 0);
			struct node *a = found_in_tree(key), *b = found_in_map(key);
			if (a != b)
				return 0;
			if (a)
				hash = mix(hash, a->value += i);
		}
	return mix(hash, sum(root));
}
