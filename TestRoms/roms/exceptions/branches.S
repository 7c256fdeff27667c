/* A fault in the delay slot of every branch: BD set, EPC at the branch, taken or not; a likely branch not taken annuls it. */
#include "case.h"

	.set	noreorder
	.set	noat
	.set	nomacro
	.text

/* Three ways to fault in the slot of one branch. */
.macro SLOTS name, expect, branch:vararg
	CASE "syscall in the slot of \name", EXC_SYS + \expect
	move	$16, $ra
1:	\branch
	syscall
2:	jr	$16
	nop
	CASE "unaligned load in the slot of \name", EXC_ADEL + ADDRESS + \expect, BUFFER + 1
	move	$16, $ra
1:	\branch
	lw	$v0, 1($7)
2:	jr	$16
	nop
	CASE "unusable FPU in the slot of \name", EXC_CPU + CE(1) + NO_FPU + \expect
	move	$16, $ra
1:	\branch
	mtc1	$0, $f0
2:	jr	$16
	nop
.endm

/* A compare-and-branch and its likely twin, with operands that take it and operands that do not. */
.macro CONDITIONAL branch, taken, not_taken
	SLOTS "\branch, taken", BD, \branch \taken, 2f
	SLOTS "\branch, not taken", BD, \branch \not_taken, 2f
	SLOTS "\branch\()l, taken", BD, \branch\()l \taken, 2f
	SLOTS "\branch\()l, not taken", NONE, \branch\()l \not_taken, 2f
.endm
	CONDITIONAL beq, "$5, $5", "$4, $5"
	CONDITIONAL bne, "$4, $5", "$4, $zero"
	CONDITIONAL blez, $4, $5
	CONDITIONAL bgtz, $5, $4
	CONDITIONAL bltz, $6, $4
	CONDITIONAL bgez, $4, $6
	CONDITIONAL bltzal, $6, $4
	CONDITIONAL bgezal, $4, $6

	/* One register twice: still a branch, though it is known not to be taken. (QEMU 7.2 makes it a nop, and its slot no slot.) */
	SLOTS "bne of a register with itself", BD, bne $5, $5, 2f
	SLOTS "bnel of a register with itself", NONE, bnel $5, $5, 2f

	SLOTS "j", BD, j	2f
	SLOTS "jal", BD, jal	2f
	SLOTS "jr", BD, jr	$ra
	SLOTS "jr.hb", BD, jr.hb	$ra
	SLOTS "jalr", BD, jalr	$8, $ra
	SLOTS "jalr.hb", BD, jalr.hb	$8, $ra

/* The condition code is set in FCSR beforehand; then the FPU must stay usable. */
.macro FP_BRANCH branch, fcsr, expect
	CASE "syscall in the slot of \branch, FCSR = \fcsr", EXC_SYS + \expect
	lui	$8, \fcsr >> 16
	ctc1	$8, $31
	nop
1:	\branch	2f
	syscall
2:	END
.endm
	FP_BRANCH bc1t, 0x00800000, BD
	FP_BRANCH bc1t, 0x00000000, BD
	FP_BRANCH bc1f, 0x00000000, BD
	FP_BRANCH bc1f, 0x00800000, BD
	FP_BRANCH bc1tl, 0x00800000, BD
	FP_BRANCH bc1tl, 0x00000000, NONE
	FP_BRANCH bc1fl, 0x00000000, BD
	FP_BRANCH bc1fl, 0x00800000, NONE

	CASE "overflow in a slot", EXC_OV + BD
	lui	$8, 0x8000
1:	b	2f
	sub	$v0, $8, $5
2:	END
	CASE "trap in a slot", EXC_TR + BD
1:	b	2f
	teq	$4, $4
2:	END
	CASE "reserved instruction in a slot", EXC_RI + BD
1:	b	2f
	.word	0x7000003e
2:	END
	CASE "break in a slot", EXC_BP + BD
1:	b	2f
	break
2:	END
	CASE "TLB refill in a slot", EXC_TLBL + REFILL + ADDRESS + BD, UNMAPPED_PAGE
	lui	$8, UNMAPPED_PAGE >> 16
1:	b	2f
	lw	$v0, 0($8)
2:	END
	CASE "TLB modified in a slot", EXC_MOD + ADDRESS + BD, READ_ONLY_PAGE
	lui	$8, READ_ONLY_PAGE >> 16
1:	b	2f
	sw	$v0, 0($8)
2:	END
	CASE "privileged instruction in a slot in user mode", EXC_CPU + IN_USER + BD
1:	b	2f
	mfc0	$v0, $12
2:	END
	CASE "floating point exception in a slot", EXC_FPE + BD
	li	$8, 1 << 15 | 1 << 10
1:	b	2f
	ctc1	$8, $31
2:	END
	CASE "fault in a slot in user mode", EXC_ADES + IN_USER + ADDRESS + BD, 0x80000000
	lui	$8, 0x8000
1:	b	2f
	sb	$v0, 0($8)
2:	END
