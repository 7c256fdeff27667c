/* Entry from YAMON: a0 = argc, a1 = argv, a2 = envp, a3 = memory size. */
#include "mips.h"

	.section .text.start, "ax"
	.globl	_start
	.set	noreorder
_start:
	la	$sp, stack_top
	mfc0	$t0, C0_STATUS
	la	$t1, __bss_start
	la	$t2, __bss_end
1:	sw	$zero, 0($t1)
	addiu	$t1, $t1, 4
	bltu	$t1, $t2, 1b
	nop
	la	$t1, entry_status
	sw	$t0, 0($t1)
	la	$t0, main
	jalr	$t0
	addiu	$sp, $sp, -16			/* the o32 argument area */
1:	b	1b
	nop

	.section .bss
	.globl	entry_status
entry_status:
	.space	4
	.balign	16
	.space	8192
stack_top:
