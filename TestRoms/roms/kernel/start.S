/* Entry, exception vectors, and the way into and out of the kernel. */
#include "mips.h"
#include "process.h"

	.set	noreorder
	.set	noat

	.section .text.start, "ax"
	.globl	_start
_start:
	la	$sp, kernel_stack
	la	$t1, __bss_start
	la	$t2, __bss_end
1:	sw	$zero, 0($t1)
	addiu	$t1, $t1, 4
	sltu	$t3, $t1, $t2
	bnez	$t3, 1b
	nop
	jal	kernel_main			/* a0..a3 are still YAMON's: argc, argv, envp, memory size */
	addiu	$sp, $sp, -16
	j	leave
	nop

	.text
	/*
	 * Copied to 0x80000000 (MD00090, "TLB Refill Exception"). The directory has a table for every 4 MB, if only the
	 * empty one, so the walk has no branch: a missing page loads an invalid entry and faults again, with EXL still
	 * clear, to the general vector. Context holds the number of the page pair times 16 ("Context Register").
	 */
	.globl	refill_vector, refill_vector_end
refill_vector:
	lui	$k1, %hi(current_directory)
	mfc0	$k0, C0_BADVADDR
	lw	$k1, %lo(current_directory)($k1)
	srl	$k0, $k0, 22
	sll	$k0, $k0, 2
	addu	$k1, $k1, $k0
	lw	$k1, 0($k1)			/* the table */
	mfc0	$k0, C0_CONTEXT
	srl	$k0, $k0, 1
	andi	$k0, $k0, 0xff8			/* 8 bytes a pair */
	addu	$k1, $k1, $k0
	lw	$k0, 0($k1)
	lw	$k1, 4($k1)
	mtc0	$k0, C0_ENTRYLO0		/* the software bits 31 and 30 fall off */
	mtc0	$k1, C0_ENTRYLO1
	ehb
	tlbwr
	eret
refill_vector_end:

	/* Everything else, copied to 0x80000180. */
	.globl	general_vector, general_vector_end
general_vector:
	lui	$k0, %hi(enter)
	addiu	$k0, $k0, %lo(enter)
	jr	$k0
	nop
general_vector_end:

.macro EACH_REGISTER operation
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30, 31
	\operation	$\n, \n * 4($k0)
	.endr
.endm

	/* The whole state goes into the current process; the kernel itself has one stack and never sleeps on it. */
enter:
	lui	$k0, %hi(current)
	lw	$k0, %lo(current)($k0)
	EACH_REGISTER sw
	mfhi	$t0
	mflo	$t1
	mfc0	$t2, C0_STATUS
	mfc0	$t3, C0_CAUSE
	mfc0	$t4, C0_EPC
	mfc0	$t5, C0_BADVADDR
	sw	$t0, FRAME_HI * 4($k0)
	sw	$t1, FRAME_LO * 4($k0)
	sw	$t2, FRAME_STATUS * 4($k0)
	sw	$t3, FRAME_CAUSE * 4($k0)
	sw	$t4, FRAME_EPC * 4($k0)
	sw	$t5, FRAME_BADVADDR * 4($k0)
	mtc0	$zero, C0_STATUS		/* kernel mode, EXL and IE clear: no interrupts in here */
	ehb
	la	$sp, kernel_stack - 16
	jal	trap
	move	$a0, $k0

	/* trap returns the process to resume: out of the kernel, as that one came in. */
	.globl	leave
leave:
	move	$k0, $v0
	li	$t0, STATUS_EXL
	mtc0	$t0, C0_STATUS			/* k0, k1, EPC are ours until ERET */
	ehb
	lw	$t0, FRAME_HI * 4($k0)
	lw	$t1, FRAME_LO * 4($k0)
	lw	$t2, FRAME_STATUS * 4($k0)
	lw	$t4, FRAME_EPC * 4($k0)
	mthi	$t0
	mtlo	$t1
	mtc0	$t2, C0_STATUS			/* saved after an exception: EXL is set in it */
	mtc0	$t4, C0_EPC
	EACH_REGISTER lw
	ehb
	eret

	/* The idle process: kernel mode, interrupts on; it has no stack and owns nothing but its PC. */
	.globl	idle
idle:
	wait
	b	idle
	nop

	.bss
	.balign	16
	.space	8192
kernel_stack:
