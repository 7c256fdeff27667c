/* Entry from the kernel: sp points at argc, argv, 0, environment, 0. */
	.set	noreorder

	.section .text.start, "ax"
	.globl	_start
_start:
	move	$fp, $zero
	lw	$a0, 0($sp)
	addiu	$a1, $sp, 4
	li	$t0, -8
	and	$sp, $sp, $t0
	jal	main
	addiu	$sp, $sp, -16			/* the o32 argument area */
	move	$a0, $v0
	li	$v0, 4001			/* exit */
	syscall

/* long system_call(a0, a1, a2, a3, a4, a5, number): a4 and a5 already lie where the kernel looks for them. */
	.text
	.globl	system_call
system_call:
	lw	$v0, 24($sp)
	syscall
	bnez	$a3, 1f
	nop
	jr	$ra
	nop
1:	jr	$ra
	subu	$v0, $zero, $v0
