/* ELF files as sources of pages: nothing is loaded, pages are made as they are touched. */
#include "kernel.h"

struct elf {
	u8 ident[16];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct segment {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

#define PT_LOAD	1
#define PF_W	2

static const struct segment *segments(const struct file *f)
{
	return (const struct segment *)(f->start + ((const struct elf *)f->start)->phoff);
}

static u32 count(const struct file *f)
{
	return ((const struct elf *)f->start)->phnum;
}

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ELF_DATA	2
#else
#define ELF_DATA	1
#endif

/* The entry point, or 0 if the file is no program for this machine (EM_MIPS, of its byte order). */
u32 program_entry(const struct file *f)
{
	const struct elf *elf = (const struct elf *)f->start;
	int valid = elf->ident[0] == 0x7f && elf->ident[1] == 'E' && elf->ident[5] == ELF_DATA && elf->machine == 8;
	return valid ? elf->entry : 0;
}

/* Where the heap begins: the page after the last segment. */
u32 program_end(const struct file *f)
{
	u32 end = 0;
	for (u32 i = 0; i < count(f); i++) {
		const struct segment *s = &segments(f)[i];
		if (s->type == PT_LOAD && s->vaddr + s->memsz > end)
			end = s->vaddr + s->memsz;
	}
	return (end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

/* Fills a zeroed page with what the program has at an address; false if that is nothing at all. */
int program_page(const struct file *f, u32 address, void *page, int *writable)
{
	int found = 0;
	for (u32 i = 0; i < count(f); i++) {
		const struct segment *s = &segments(f)[i];
		if (s->type != PT_LOAD || address + PAGE_SIZE <= s->vaddr || address >= s->vaddr + s->memsz)
			continue;
		u32 from = address > s->vaddr ? address : s->vaddr;
		u32 to = address + PAGE_SIZE < s->vaddr + s->filesz ? address + PAGE_SIZE : s->vaddr + s->filesz;
		if (from < to)
			__builtin_memcpy((char *)page + (from - address), f->start + s->offset + (from - s->vaddr), to - from);
		*writable = s->flags & PF_W;
		found = 1;
	}
	return found;
}
