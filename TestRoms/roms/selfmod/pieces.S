/* Code that rewrites itself: each store is made visible by SYNCI, SYNC and JR.HB (MD00086, SYNCI). */
	.set	noreorder
	.set	noat
	.text

/* Publishes the word at $8 and goes on at the label. */
.macro PUBLISH label
	synci	0($8)
	sync
	la	$9, \label
	jr.hb	$9
	nop
.endm

	/* Turns the instruction ahead, "li v0, 1", into "li v0, 2". */
	.globl	patch_ahead
patch_ahead:
	la	$8, 2f
	lw	$9, 3f
	sw	$9, 0($8)
	PUBLISH	1f
1:	nop
2:	li	$v0, 1
	jr	$ra
	nop
3:	li	$v0, 2

	/* The same in the delay slot of the branch that follows. */
	.globl	patch_slot
patch_slot:
	la	$8, 2f
	lw	$9, 3f
	sw	$9, 0($8)
	PUBLISH	1f
1:	b	4f
2:	li	$v0, 1
4:	jr	$ra
	nop
3:	li	$v0, 2

	/* The branch itself: from "taken" to "not taken". */
	.globl	patch_branch
patch_branch:
	la	$8, 2f
	lw	$9, 3f
	sw	$9, 0($8)
	PUBLISH	1f
1:	li	$v0, 1
2:	beq	$zero, $zero, 4f
	nop
	li	$v0, 2
4:	jr	$ra
	nop
3:	bne	$4, $zero, 4b

	/* a3 rounds of "v0 += n", where each round makes n one larger in the instruction itself. */
	.globl	patch_loop
patch_loop:
	li	$v0, 0
	la	$8, 2f
1:
2:	addiu	$v0, $v0, 0
	lw	$10, 0($8)
	addiu	$10, $10, 1
	sw	$10, 0($8)
	PUBLISH	3f
3:	addiu	$a3, $a3, -1
	bnez	$a3, 1b
	nop
	jr	$ra
	nop

	/* Counts a3 down in a word beside its own instructions: data in a page of code, no code changed. */
	.globl	data_beside_code
data_beside_code:
	la	$8, 2f
	li	$v0, 0
1:	addiu	$a3, $a3, -1
	sw	$a3, 0($8)
	addiu	$v0, $v0, 3
	lw	$9, 0($8)
	bnez	$9, 1b
	nop
	jr	$ra
	nop
2:	.word	0
