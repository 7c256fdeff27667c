/* Entry from the kernel: sp points at argc, argv, 0, environment, 0. Code that may lie anywhere wants its own address in t9. */
	.set	noreorder

	.section .text.start, "ax"
	.globl	_start
_start:
	move	$fp, $zero
	lw	$a0, 0($sp)
	addiu	$a1, $sp, 4
	li	$t0, -8
	and	$sp, $sp, $t0
	addiu	$sp, $sp, -16			/* the o32 argument area */
	lui	$t9, %hi(main)
	addiu	$t9, $t9, %lo(main)
	jalr	$t9
	nop
