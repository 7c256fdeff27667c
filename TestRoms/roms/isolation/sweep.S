/* Touches pages; an exception is counted by its code, and the access skipped. */
#include "mips.h"
#include "skip.h"

	.set	noreorder
	.set	noat
	.text

	.globl	sweep
sweep:					/* From a3 on, v1 & 0x1fffff of them, as far apart as its other bits say. What was loaded is stored back. */
	srl	$9, $3, 21
	sll	$9, $9, 12
	ext	$3, $3, 0, 21
1:	lw	$8, 0($7)
	sw	$8, 0($7)
	addiu	$3, $3, -1
	bnez	$3, 1b
	addu	$7, $7, $9
	syscall

	/* Reads what a2 points at over and over: hot, so that it is translated expecting kseg0. */
	.globl	near_and_far
near_and_far:				/* a3: table of three words to fill, v1: base */
	li	$9, 0
1:	lw	$8, -0x8000($3)
	lw	$10, 0($3)
	lw	$11, 0x7ffc($3)
	sw	$8, 0($7)
	sw	$10, 4($7)
	addiu	$9, $9, 1
	sltiu	$12, $9, 40
	bnez	$12, 1b
	sw	$11, 8($7)
	jr	$31
	nop

	.globl	store_near_and_far
store_near_and_far:			/* v1: base; stores the base */
	sw	$3, -0x8000($3)
	sw	$3, 0($3)
	jr	$31
	sw	$3, 0x7ffc($3)

	.globl	skip_stub, skip_stub_end
skip_stub:
	skip_all_but EXC_SYS, vector_stub
skip_stub_end:
