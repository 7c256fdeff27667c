/* The parts of the kernel that know nothing of processes. */
#pragma once
#include "mips.h"

/* pages.c: physical memory */
#define PAGE_SIZE	4096
void pages_start(u32 memory_size);
void *page_allocate(void);		/* zeroed */
void page_share(const void *page);
void page_release(void *page);
int page_is_shared(const void *page);
u32 pages_free(void);

/* files.c: the files in the kernel image */
struct file {
	const char *name;
	const u8 *start, *end;
};
extern const struct file files[];
const struct file *file_find(const char *name);

/* program.c: ELF files as sources of pages */
u32 program_entry(const struct file *f);
int program_page(const struct file *f, u32 address, void *page, int *writable);
u32 program_end(const struct file *f);

/* console.c: the 16550A behind the i8259 */
void console_start(void);
void console_interrupt(void);
int console_read(void);			/* -1 when nobody has typed */
extern const char console_input[];	/* the event of a key */

/* timer.c */
void timer_start(void);
void timer_interrupt(void);
extern u32 ticks;

void panic(const char *why) __attribute__((noreturn));
