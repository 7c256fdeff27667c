/* Physical pages, each with the number of page tables that refer to it; free ones are chained through their first word. */
#include "kernel.h"

#define MOST_MEMORY	0x10000000	/* what kseg0 shows below the I/O space */

extern char __bss_end[];

static void *free_list;
static u32 free_pages;
static u16 references[MOST_MEMORY / PAGE_SIZE];

static u16 *references_of(const void *page)
{
	return &references[PHYSICAL(page) / PAGE_SIZE];
}

void pages_start(u32 memory_size)
{
	u32 end = KSEG0(memory_size < MOST_MEMORY ? memory_size : MOST_MEMORY);
	for (u32 page = (u32)__bss_end; page < end; page += PAGE_SIZE) {
		*references_of((void *)page) = 1;
		page_release((void *)page);
	}
}

void *page_allocate(void)
{
	u32 *page = free_list;
	if (!page)
		panic("out of memory");
	free_list = *(void **)page;
	free_pages--;
	*references_of(page) = 1;
	for (u32 i = 0; i < PAGE_SIZE / 4; i++)
		page[i] = 0;
	return page;
}

void page_share(const void *page)
{
	++*references_of(page);
}

void page_release(void *page)
{
	if (--*references_of(page))
		return;
	*(void **)page = free_list;
	free_list = page;
	free_pages++;
}

int page_is_shared(const void *page)
{
	return *references_of(page) > 1;
}

u32 pages_free(void)
{
	return free_pages;
}
