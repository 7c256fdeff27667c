/* For assembly: the registers that a function hands back as it got them, in 48 bytes of the stack. */
#pragma once

	.macro	save_callee
	addiu	$sp, $sp, -48
	sw	$s0, 0($sp)
	sw	$s1, 4($sp)
	sw	$s2, 8($sp)
	sw	$s3, 12($sp)
	sw	$s4, 16($sp)
	sw	$s5, 20($sp)
	sw	$s6, 24($sp)
	sw	$s7, 28($sp)
	sw	$fp, 32($sp)
	sw	$ra, 36($sp)
	.endm

	/* Leaves it to the delay slot of the return to give the 48 bytes back. */
	.macro	restore_callee
	lw	$s0, 0($sp)
	lw	$s1, 4($sp)
	lw	$s2, 8($sp)
	lw	$s3, 12($sp)
	lw	$s4, 16($sp)
	lw	$s5, 20($sp)
	lw	$s6, 24($sp)
	lw	$s7, 28($sp)
	lw	$fp, 32($sp)
	lw	$ra, 36($sp)
	.endm
