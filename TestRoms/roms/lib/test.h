/* The frame of a self-checking ROM: run a piece of code, look at the exception it ended with, compare. */
#pragma once
#include "mips.h"
#include "print.h"

/* What the processor told the exception handler, and the two registers a test may look at. */
struct trap {
	u32 count;		/* exceptions taken: 0 when the code returned by itself */
	u32 vector;		/* where the processor went */
	u32 epc, errorepc, cause, status, badvaddr, entryhi, context;
	u32 v0, ra;
};

#define KERNEL	STATUS_CU1
#define USER	(STATUS_CU1 | STATUS_UM)
#define UNTOUCHED	0x600d600d	/* v0 on entry: an instruction that faults must leave its destination alone */

/*
 * Enters code by ERET with Status = status, so that kernel and user mode share one path. It finds zero in a0, 1 in a1,
 * -1 in a2, argument in a3, value in v1, UNTOUCHED in v0, and ends with an exception or (in kernel mode) with jr ra.
 */
const struct trap *run(const void *code, u32 argument, u32 status, u32 value);

/* One load or store that may fault. */
extern const char peek[], poke[];

/* Takes over from the boot loader: vectors at 0x80000000, an empty TLB, Status = KERNEL. */
void begin(void);

/* Puts a stub on each vector of an exception base: TLB refill, cache error, general, special interrupt. */
void install_vectors(u32 base);

/* Prints "ok NAME" or "FAIL NAME expected … got …"; with a subject, NAME is "SUBJECT: NAME". */
void check(const char *name, u32 expected, u32 got);
void check_of(const char *subject, const char *name, u32 expected, u32 got);

/* Prints the verdict and powers off. */
void finish(void) __attribute__((noreturn));

/* Writes one TLB entry of 2 pages of size 4K << 2n, mask as in PageMask. */
void map(u32 index, u32 mask, u32 entryhi, u32 lo0, u32 lo1);

/* Gives each entry an address of its own in kseg0, which never matches. */
void clear_tlb(void);

extern u32 entry_status;
