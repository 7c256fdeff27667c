/* A row of the exception table: the code, and what the manual (MD00090, "Exceptions") says it must lead to. */
#pragma once
#include "mips.h"

#define BD		0x0100	/* Cause.BD set, EPC at the branch */
#define IN_USER		0x0200	/* runs in user mode, through the alias of the image in kuseg */
#define NO_FPU		0x0400	/* runs with Status.CU1 = 0 */
#define NONE		0x0800	/* returns without an exception */
#define REFILL		0x1000	/* goes to the TLB refill vector */
#define ADDRESS		0x2000	/* sets BadVAddr */
#define CE(unit)	((unit) << 16)

#define BUFFER		0x80180000	/* what a3 points at (kseg0), within the image's 512 KB alias */
#define USER_BUFFER	0x00180000
#define INVALID_PAGE	0x00600000	/* matches an entry with V = 0 */
#define READ_ONLY_PAGE	0x00700000	/* matches an entry with D = 0 */
#define UNMAPPED_PAGE	0x00800000	/* matches nothing */

#ifdef __ASSEMBLER__

/* The exception must hit label 1 of the code that follows, or the address given as epc. */
.macro CASE name, code, badvaddr=0, epc=1f
	.pushsection .rodata
9:	.asciz	"\name"
	.popsection
	.pushsection .cases, "a"
	.word	9b, 8f, \epc, \code, \badvaddr
	.popsection
8:
.endm

/* The code that follows must return without an exception. */
.macro QUIET name
	CASE "\name", NONE, 0, 0
.endm

.macro END
	jr	$ra
	nop
.endm

#else

struct test_case {
	const char *name, *code;
	u32 epc, expect, badvaddr;
};

extern const struct test_case cases[], cases_end[];

#endif
