/* Quicksort and heapsort of random numbers. */
#include "bench.h"

#define COUNT	32768

const char name[] = "sort";
const u32 checksum = 0x2d920b7b;

static u32 numbers[COUNT];

void prepare(void)
{
}

static void fill(u32 seed)
{
	for (u32 i = 0; i < COUNT; i++)
		numbers[i] = next_random(&seed);
}

static void swap(u32 *a, u32 *b)
{
	u32 kept = *a;
	*a = *b;
	*b = kept;
}

/* Recurses into the smaller part, so that the stack stays small. */
static void quicksort(u32 *first, u32 *last)
{
	while (first < last) {
		u32 pivot = first[(last - first) / 2], *low = first, *high = last;
		while (low <= high) {
			while (*low < pivot)
				low++;
			while (*high > pivot)
				high--;
			if (low <= high)
				swap(low++, high--);
		}
		if (high - first < last - low) {
			quicksort(first, high);
			first = low;
		} else {
			quicksort(low, last);
			last = high;
		}
	}
}

static void sift_down(u32 *heap, u32 root, u32 count)
{
	for (u32 child; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count && heap[child] < heap[child + 1])
			child++;
		if (heap[root] >= heap[child])
			return;
		swap(&heap[root], &heap[child]);
	}
}

static void heapsort(u32 *heap, u32 count)
{
	for (u32 root = count / 2; root--; )
		sift_down(heap, root, count);
	while (--count) {
		swap(&heap[0], &heap[count]);
		sift_down(heap, 0, count);
	}
}

static u32 check_order(u32 hash)
{
	for (u32 i = 1; i < COUNT; i++)
		if (numbers[i - 1] > numbers[i])
			return 0;
	return mix(mix(hash, numbers[0]), numbers[COUNT / 2]);
}

u32 work(void)
{
	fill(1);
	quicksort(numbers, numbers + COUNT - 1);
	u32 hash = check_order(1);
	fill(2);
	heapsort(numbers, COUNT);
	return check_order(hash);
}
