/* What loads, stores and is called; see run() for the registers. */
#include "mips.h"

	.set	noreorder
	.set	noat
	.text

#define PIECE(name, ...)	.globl name; name: __VA_ARGS__; jr $31; nop

PIECE(i_load_half, lh $v0, 0($a3))
PIECE(i_load_word_left, lwl $v0, 0($a3))
PIECE(i_load_word_right, lwr $v0, 0($a3))
PIECE(i_load_linked, ll $v0, 0($a3))
PIECE(i_store_word_left, swl $a2, 0($a3))
PIECE(i_cache, cache 0x15, 0($a3))

	/* Sums v1 words from a3 on. */
	.globl	i_loads
i_loads:
	move	$v0, $zero
1:	lw	$t0, 0($a3)
	addiu	$v1, $v1, -1
	addu	$v0, $v0, $t0
	bnez	$v1, 1b
	addiu	$a3, $a3, 4
	jr	$31
	nop

	/* Stores to each of v1 words from a3 on, loads it from there, and counts. */
	.globl	i_stores_and_loads
i_stores_and_loads:
	move	$v0, $zero
1:	sw	$v0, 0($a3)
	lw	$t0, 0($a3)
	addiu	$v1, $v1, -1
	addiu	$v0, $t0, 1
	bnez	$v1, 1b
	addiu	$a3, $a3, 4
	jr	$31
	nop

	/* Calls what is at a3, v1 times. */
	.globl	i_call
i_call:
	move	$t3, $31
	move	$v0, $zero
1:	jalr	$a3
	addiu	$v1, $v1, -1
	bnez	$v1, 1b
	nop
	jr	$t3
	nop
