/*
 * Address spaces: a directory of 512 page tables for kuseg, PTEs in the form of EntryLo (MD00090, "EntryLo0, EntryLo1") so
 * that the refill handler copies them as they are. Pages appear when touched; FORK shares them until somebody writes.
 */
#include "kernel.h"
#include "process.h"

#define PTE_COPY	0x80000000	/* writable, but shared: copy on write; bit 31 is no bit of EntryLo */
#define ASIDS		256

#define TABLE(address)	((address) >> 22)
#define INDEX(address)	((address) >> 12 & 1023)
#define PAGE_OF(pte)	((void *)KSEG0(((pte) & 0x03ffffc0) << 6))

u32 **current_directory;
static u32 empty_table[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static u32 last_asid, generation = 1;

void space_create(struct process *p)
{
	p->directory = page_allocate();
	for (u32 i = 0; i < PAGE_SIZE / 4; i++)
		p->directory[i] = empty_table;
	p->asid_generation = 0;
	p->pages = 0;
}

/* The PTE of an address, with its table if make is set. */
static u32 *pte_of(struct process *p, u32 address, int make)
{
	u32 **table = &p->directory[TABLE(address)];
	if (make && *table == empty_table)
		*table = page_allocate();
	return &(*table)[INDEX(address)];
}

/* A fresh ASID makes all that the TLB holds of a process unreachable, in one move. */
static void forget_translations(struct process *p)
{
	p->asid_generation = 0;
}

static void tlb_flush(void)
{
	u32 entries = (mfc0(C0_CONFIG1) >> 25 & 63) + 1;
	for (u32 i = 0; i < entries; i++) {
		mtc0(C0_INDEX, i);
		mtc0(C0_ENTRYHI, 0x80000000 + (i << 13));
		mtc0(C0_ENTRYLO0, 0);
		mtc0(C0_ENTRYLO1, 0);
		tlbwi();
	}
}

/* ASIDs are handed out in order; when they run out the TLB is emptied and all processes draw anew, as they come to run. */
void space_use(struct process *p)
{
	if (p->asid_generation != generation) {
		if (++last_asid == ASIDS) {
			tlb_flush();
			generation++;
			last_asid = 1;
		}
		p->asid = last_asid;
		p->asid_generation = generation;
	}
	current_directory = p->directory;
	mtc0(C0_ENTRYHI, p->asid);
}

void space_copy(struct process *to, struct process *from)
{
	space_create(to);
	for (u32 table = 0; table < TABLE(0x80000000); table++) {
		if (from->directory[table] == empty_table)
			continue;
		to->directory[table] = page_allocate();
		for (u32 i = 0; i < 1024; i++) {
			u32 *pte = &from->directory[table][i];
			if (!(*pte & LO_V))
				continue;
			if (*pte & LO_D)
				*pte = (*pte & ~LO_D) | PTE_COPY;
			page_share(PAGE_OF(*pte));
			to->directory[table][i] = *pte;
		}
	}
	to->pages = from->pages;
	forget_translations(from);
}

void space_free(struct process *p)
{
	for (u32 table = 0; table < TABLE(0x80000000); table++) {
		if (p->directory[table] == empty_table)
			continue;
		for (u32 i = 0; i < 1024; i++)
			if (p->directory[table][i] & LO_V)
				page_release(PAGE_OF(p->directory[table][i]));
		page_release(p->directory[table]);
	}
	page_release(p->directory);
	p->directory = 0;
}

/* The TLB may hold the pair as it was, the cause of a TLB Invalid or TLB Modified exception: put the new one in its place. */
static void tlb_update(struct process *p, u32 address)
{
	if (p != current || p->asid_generation != generation)
		return;
	const u32 *pair = pte_of(p, address & ~0x1000, 0);
	mtc0(C0_ENTRYHI, (address & ~0x1fff) | p->asid);
	tlbp();
	mtc0(C0_ENTRYLO0, pair[0]);
	mtc0(C0_ENTRYLO1, pair[1]);
	if ((int)mfc0(C0_INDEX) < 0)
		tlbwr();
	else
		tlbwi();
	mtc0(C0_ENTRYHI, p->asid);
}

/* Fills a page seen for the first time: from the program's file, or with zeros in heap and stack. */
static u32 first_touch(struct process *p, u32 address)
{
	int writable = 1;
	int heap = address >= program_end(p->program) && address < p->heap_end;
	int stack = address >= STACK_TOP - STACK_SIZE && address < STACK_TOP;
	void *page = page_allocate();
	if (!program_page(p->program, address & ~(PAGE_SIZE - 1), page, &writable) && !heap && !stack) {
		page_release(page);
		return 0;
	}
	if (!heap && !stack)
		sync_code(page, PAGE_SIZE);
	p->pages++;
	return PHYSICAL(page) >> 6 | LO_CACHED | LO_V | (writable ? LO_D : 0);
}

/* Makes an access possible; false if the process has no right to it. */
int space_fault(struct process *p, u32 address, int write)
{
	if (address >= 0x80000000)
		return 0;
	u32 *pte = pte_of(p, address, 1), before = *pte;
	if (!(*pte & LO_V) && !(*pte = first_touch(p, address)))
		return 0;
	if (write && *pte & PTE_COPY) {
		void *old = PAGE_OF(*pte);
		if (page_is_shared(old)) {
			void *copy = page_allocate();
			__builtin_memcpy(copy, old, PAGE_SIZE);
			sync_code(copy, PAGE_SIZE);
			page_release(old);
			*pte = PHYSICAL(copy) >> 6 | LO_CACHED | LO_V;
		}
		*pte = (*pte & ~PTE_COPY) | LO_D;	/* the last owner need not copy */
	}
	if (*pte != before)
		tlb_update(p, address);
	return !write || *pte & LO_D;
}

/* The kernel reaches user memory by the page table, not the TLB: it takes no faults. */
void *space_reach(struct process *p, u32 address, int write)
{
	if (!space_fault(p, address, write))
		return 0;
	return (char *)PAGE_OF(*pte_of(p, address, 0)) + address % PAGE_SIZE;
}

int copy_in(struct process *p, void *to, u32 from, u32 length)
{
	for (char *at = to; length--; from++) {
		const char *byte = space_reach(p, from, 0);
		if (!byte)
			return -1;
		*at++ = *byte;
	}
	return 0;
}

int copy_out(struct process *p, u32 to, const void *from, u32 length)
{
	for (const char *at = from; length--; to++) {
		char *byte = space_reach(p, to, 1);
		if (!byte)
			return -1;
		*byte = *at++;
	}
	return 0;
}

int copy_string_in(struct process *p, char *to, u32 from, u32 size)
{
	for (u32 i = 0; i < size; i++)
		if (copy_in(p, to + i, from + i, 1) < 0)
			return -1;
		else if (!to[i])
			return 0;
	return -1;
}
