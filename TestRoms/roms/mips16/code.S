/* Pieces of MIPS16e that main.c enters: each ends with jr ra, or with the exception that is asked for. */
#include "mips.h"

	.set	noreorder
	.set	mips16
	.text

.macro PIECE name
	.globl	\name
	.balign	4
	.ent	\name
\name:
.endm

PIECE returns_42
	li	$2, 42
	jrc	$31
	.end	returns_42

PIECE breaks
	li	$2, 1
	.globl	at_break
at_break:
	break	0
	.end	breaks

PIECE breaks_behind_jr
	jr	$31
	break	0
	.end	breaks_behind_jr

PIECE breaks_behind_jalr
	jalr	$31, $7
	break	0
	.end	breaks_behind_jalr

PIECE breaks_behind_jal
	jal	returns_42
	break	0
	.end	breaks_behind_jal

PIECE breaks_behind_jalx
	jalx	words_43
	break	0
	.end	breaks_behind_jalx

PIECE loads
	lw	$2, 0($7)
	jrc	$31
	.end	loads

PIECE loads_far
	lw	$2, 0x1234($7)
	jrc	$31
	.end	loads_far

PIECE loads_behind_jr
	jr	$31
	lw	$2, 0($7)
	.end	loads_behind_jr

PIECE stores
	sw	$3, 0($7)
	jrc	$31
	.end	stores

/* A frame where the argument points: v0 stays what it was if the stack pointer does. */
PIECE saves
	move	$29, $7
	.globl	at_save
at_save:
	save	64, $31, $16, $17
	li	$2, 1
	jrc	$31
	.end	saves

PIECE restores
	move	$29, $7
	.globl	at_restore
at_restore:
	restore	64, $31, $16, $17
	li	$2, 1
	jrc	$31
	.end	restores

PIECE jumps
	jr	$7
	nop
	.end	jumps

PIECE spins
	b	spins
	.end	spins

/* Arguments above the frame, what is kept below it: 8 words from the argument down. */
PIECE frames
	move	$6, $29
	move	$29, $7
	save	$4-$5, 24, $31, $16, $17
	restore	24, $31, $16, $17
	move	$2, $29
	move	$29, $6
	jrc	$31
	.end	frames

/* The program counter of what stands in a slot is that of the jump. */
PIECE near_in_slot
	nop
	jr	$31
	addiu	$2, $pc, 4
	.end	near_in_slot

PIECE near
	nop
	addiu	$2, $pc, 4
	jrc	$31
	.end	near

PIECE near_word
	lw	$2, 1f
	jrc	$31
	nop
	.balign	4
1:	.word	0x12345678
	.end	near_word

/* There and back: words leave an even address, half words an odd one. */
PIECE calls_words
	move	$5, $31
	jalx	words_43
	nop
	addiu	$2, 1
	move	$31, $5
	jrc	$31
	.end	calls_words

PIECE links
	move	$5, $31
	jal	link_of
	nop
	.globl	behind_jal
behind_jal:
	jr	$5
	nop
	.end	links

PIECE links_compactly
	move	$5, $31
	la	$3, link_of
	jalrc	$3
	.globl	behind_jalrc
behind_jalrc:
	jr	$5
	nop
	.end	links_compactly

PIECE link_of
	move	$2, $31
	jrc	$31
	.end	link_of

/* Counts the argument down, many times over: hot. */
PIECE counts
	li	$2, 0
1:	addiu	$2, 3
	addiu	$7, -1
	bnez	$7, 1b
	jrc	$31
	.end	counts

/* The comparison leaves its answer in register 24; a distance that is extended. */
PIECE compares
	li	$2, 0
1:	slti	$7, 1000
	btnez	2f
	addiu	$2, 1
	addiu	$7, -1
	b	1b
	.space	300
2:	cmpi	$2, 100
	btnez	3f
	li	$2, 0
3:	jrc	$31
	.end	compares

	.set	nomips16
	.globl	words_43
	.ent	words_43
words_43:
	jr	$31
	li	$2, 43
	.end	words_43

/* Leaves the error level for the argument. */
	.globl	return_from_error
	.ent	return_from_error
return_from_error:
	mtc0	$4, C0_ERROREPC
	mfc0	$8, C0_STATUS
	ori	$8, STATUS_ERL
	mtc0	$8, C0_STATUS
	ehb
	eret
	.end	return_from_error

/* A call of words that finds half words. */
	.globl	link_of_jalx
	.ent	link_of_jalx
link_of_jalx:
	move	$8, $31
	jalx	link_of
	nop
	.globl	behind_jalx
behind_jalx:
	jr	$8
	nop
	.end	link_of_jalx
